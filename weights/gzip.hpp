#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "autograd/precision.hpp"

namespace glass::inline GLASS_PRECISION::training {

/// The largest data file that is read, and the most that it may contain.
inline constexpr std::uint64_t max_data_bytes = std::uint64_t{1} << 30;

/// The content of a data file, unpacked if it is gzip: its first bytes tell, not its name, because
/// browsers unpack downloads without renaming them. No more than the first `count` bytes are made,
/// however many there are.
///
/// Throws FileError, naming `path`, if the file is empty, a web page, an archive of several files,
/// or, as far as it was unpacked, not intact. If there are fewer than `count` bytes, that is to say
/// one gzip stream from the file's first byte to its last, with the right checksum and length.
std::string content(std::string_view file, const std::string& path, std::uint64_t count);

}  // namespace glass::inline GLASS_PRECISION::training
