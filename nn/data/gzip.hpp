#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "nn/io/files.hpp"

namespace glass::data {

/// The largest data file that is read, and the most that it may contain.
inline constexpr std::uint64_t max_data_bytes = std::uint64_t{1} << 30;

/// The content of a data file from its beginning on, unpacked if it is gzip: its first bytes tell, not
/// its name, because browsers unpack downloads without renaming them. It takes no more memory than the
/// part that is looked at, however long the file is.
class Content {
 public:
  /// `file` must outlive this. Throws FileError, naming it, if it is empty, too large, a web page or
  /// an archive of several files.
  explicit Content(nn::InputFile& file);
  Content(const Content&) = delete;
  Content& operator=(const Content&) = delete;
  ~Content();

  /// The next `count` bytes, fewer only at the end, where there are none; the view is good until the
  /// next call. Throws FileError if what is unpacked is of another kind, or the file not intact, as
  /// far as one can tell by then: at the end it was one gzip stream from its first byte to its last,
  /// with the right checksum and length.
  std::string_view next(std::size_t count);

 private:
  struct Inflater;
  std::string_view unpack(std::size_t count);
  bool feed();

  nn::InputFile& file_;
  std::uint64_t place_ = 0;             ///< in the file, of the first byte that is not yet taken
  std::unique_ptr<Inflater> inflater_;  ///< null unless it is gzip
  std::string packed_, unpacked_;       ///< what both sides of it are working on
  bool ended_ = false, begun_ = false;
};

}  // namespace glass::data
