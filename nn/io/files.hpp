#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "autograd/error.hpp"

namespace glass::nn {

/// Throws IoError for the system call that just failed: "PATH: cannot open: No such file".
[[noreturn]] void throw_io_error(const std::string& path, const char* what);

/// A regular file of which any part may be looked at, so that nobody needs to hold a large one in
/// memory to read or refuse it. Looking again at what the last call showed reads nothing, and shows the
/// same. Throws IoError, naming the file and the system's reason; also if the file shrinks meanwhile.
class InputFile {
 public:
  /// Opens it.
  explicit InputFile(const std::string& path);
  /// Bytes that are in memory already, as if they were those of a file. They must outlive this.
  InputFile(std::string_view bytes, const std::string& path);
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  ~InputFile();

  const std::string& path() const { return path_; }  ///< what messages call it
  std::uint64_t size() const { return size_; }       ///< in bytes
  /// The `count` bytes from `begin` on, or those that there are; the view is good until the next call.
  std::string_view part(std::uint64_t begin, std::uint64_t count);
  /// The first `count` bytes, or all if there are no more.
  std::string_view first(std::uint64_t count) { return part(0, count); }
  /// Throws FileError if there are more bytes than that.
  void expect_at_most(std::uint64_t max_bytes) const;
  /// All bytes; ask for nothing else afterwards.
  std::string all();

 private:
  int descriptor_;
  std::string path_;
  std::uint64_t size_ = 0;
  std::string_view in_memory_;         ///< without a file
  std::string bytes_;                  ///< read by the last call that had to,
  std::uint64_t begin_ = 0, end_ = 0;  ///< and where they are in the file
};

/// The bytes of a regular file. Throws IoError, naming the file and the system's reason, and
/// FileError, before it reads, if there are more than `max_bytes`.
std::string read_file(const std::string& path,
                      std::uint64_t max_bytes = std::numeric_limits<std::uint64_t>::max());

/// Replaces the file by these bytes, all or nothing: they go to a new file of a random name beside
/// it, `path`.glassgrad-0123456789ab.tmp, reach the disk, and that file then takes the name. A program
/// killed meanwhile leaves the old file, and a new one that the next write to `path` removes. The
/// file's mode is kept, and its owner where the system lets us; a link stays a link, also one to a
/// file that is yet to be made; and a pipe or a device is written to directly. Throws IoError, naming
/// the file and the system's reason; the old file is then whole. (A program should ignore SIGXFSZ, so
/// that a size limit is an error, not its end.)
void write_file(const std::string& path, std::string_view bytes);

/// What the system says of the file at a path, or at the end of links there; nothing, and `errno`, if it
/// says none.
std::optional<struct stat> status_of(const std::string& path);

/// The folder in which `path` lies; ".", if it does not say.
std::filesystem::path folder_of(const std::filesystem::path& path);

/// The path itself or, if a link lies there, what that link leads to in the end, whether there is
/// something or not. Throws IoError if links lead to each other in a circle.
std::filesystem::path end_of_links(std::filesystem::path path);

}  // namespace glass::nn
