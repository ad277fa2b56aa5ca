#pragma once

#include <string>
#include <string_view>

#include "autograd/error.hpp"

namespace glass::inline GLASS_PRECISION::nn {

/// The bytes of a regular file. Throws IoError, naming the file and the system's reason.
std::string read_file(const std::string& path);

/// Replaces the file by these bytes, all or nothing: they go to a temporary file in the same
/// folder, reach the disk, and then take the file's name. A pipe or a device is written to
/// directly. Throws IoError, naming the file and the system's reason.
void write_file(const std::string& path, std::string_view bytes);

}  // namespace glass::inline GLASS_PRECISION::nn
