#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "autograd/error.hpp"

namespace glass::inline GLASS_PRECISION::nn {

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
