#pragma once

#include <string>
#include <string_view>

#include "autograd/precision.hpp"

namespace glass::inline GLASS_PRECISION::nn {

/// Text out of a file, fit for a one-line message: bytes that are not printable ASCII become
/// "\x1b", so that they cannot command the terminal, and long text is cut.
std::string printable(std::string_view text);
/// Without the spaces at its ends, which nobody sees.
std::string trimmed(std::string_view text);

}  // namespace glass::inline GLASS_PRECISION::nn
