#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "autograd/precision.hpp"

namespace glass::nn {

/// As the length of `printable`: nothing is cut off.
inline constexpr std::size_t whole_text = std::string_view::npos;

/// Text from outside, a name or a piece of a file, fit for one line of a terminal that reads UTF-8.
/// Letters, digits and signs of all scripts stay as they are. Each byte of anything else becomes
/// "\x1b": control characters, those of ends of lines, what reorders text or is not seen (Unicode's
/// categories Cc, Cf, Zl and Zp, fillers, variation selectors), what has no meaning of its own
/// (private use, surrogates, planes beyond the third), and bytes that are not UTF-8. After `longest`
/// characters follows "...". What is printable already does not change.
std::string printable(std::string_view text, std::size_t longest = 80);
/// Without the spaces at its ends, which nobody sees.
std::string trimmed(std::string_view text);
/// With the letters A to Z as small ones.
std::string lower_case(std::string text);
/// "a, b, c"
std::string comma_list(const std::vector<std::string>& words);

}  // namespace glass::nn
