#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "autograd/error.hpp"

namespace glass::inline GLASS_PRECISION::nn {

/// A regular file that is read from its beginning, as far as somebody wants to see it. Throws
/// IoError, naming the file and the system's reason; also if the file shrinks meanwhile.
class InputFile {
 public:
  /// Opens it.
  explicit InputFile(const std::string& path);
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  ~InputFile();

  std::uint64_t size() const { return size_; }  ///< in bytes
  /// The first `count` bytes, or all if there are no more; the view is good until the next call.
  std::string_view first(std::uint64_t count);
  /// Throws FileError if there are more bytes than that.
  void expect_at_most(std::uint64_t max_bytes) const;
  /// All bytes; ask for nothing else afterwards.
  std::string all();

 private:
  int descriptor_;
  std::string path_;
  std::uint64_t size_ = 0;
  std::string bytes_;  ///< read so far
};

/// The bytes of a regular file. Throws IoError, naming the file and the system's reason, and
/// FileError, before it reads, if there are more than `max_bytes`.
std::string read_file(const std::string& path,
                      std::uint64_t max_bytes = std::numeric_limits<std::uint64_t>::max());

/// Replaces the file by these bytes, all or nothing: they go to `path`.tmp, reach the disk, and
/// that file then takes the name. A program killed meanwhile leaves the old file, and a .tmp that
/// the next write takes over. The file's mode is kept, a link stays a link, and a pipe or a device is
/// written to directly. Throws IoError, naming the file and the system's reason; the old file is
/// then whole. (A program should ignore SIGXFSZ, so that a size limit is an error, not its end.)
void write_file(const std::string& path, std::string_view bytes);

}  // namespace glass::inline GLASS_PRECISION::nn
