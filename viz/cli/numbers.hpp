#pragma once

#include <string>

#include "autograd/precision.hpp"

/// Numbers as a person would write them, which is less than what parsers take: those also read 0x10 and
/// 010, take -1 for 2^64 - 1, and let NaN and what is too large pass.
namespace glass::viz::cli {

/// "12" or, if it may be negative, "-12": not "012" or "0x12", and not too large for 64 bits.
bool is_whole_number(const std::string& word, bool may_be_negative);
/// "-1.5e3", and not too large for a double.
bool is_decimal_number(const std::string& word);

}  // namespace glass::viz::cli
