#pragma once

#include <string>
#include <vector>

#include "autograd/precision.hpp"

namespace glass {

/// `value` as printf's `format` for one double says, such as "%.3g".
std::string formatted(const char* format, double value);

/// On which side the cells of all columns after the first lie.
enum class Flush { left, right };

/// Rows of cells in UTF-8, possibly coloured by escape sequences, as lines of text: columns two
/// blanks apart and as wide as their widest cell, no blanks at the ends of lines.
std::string aligned(const std::vector<std::vector<std::string>>& rows, Flush flush = Flush::left);

}  // namespace glass
