#pragma once

#include <string>
#include <string_view>

#include "autograd/precision.hpp"

namespace glass::inline GLASS_PRECISION::viz {

/// What a file is, by its first bytes, for the end of a message: "a JPEG image", "an empty file",
/// "a file that begins with 'hello'".
std::string file_kind(std::string_view bytes);

}  // namespace glass::inline GLASS_PRECISION::viz
