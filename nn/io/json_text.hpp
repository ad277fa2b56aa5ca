#pragma once

#include <concepts>
#include <string>
#include <vector>

#include "nn/arguments.hpp"

/// Values as JSON writes them. Files are put together from these, not from trees of values, whose
/// destructors ask for memory and end the program when there is none.
namespace glass::nn {

std::string json_text(bool value);    ///< true or false
std::string json_text(float value);   ///< the shortest number that reads as this one
std::string json_text(double value);  ///< the shortest number that reads as this one
/// Its digits, whichever type has as many bits as an Index here.
template <std::integral Whole>
std::string json_text(Whole value) {
  return std::to_string(value);
}
/// Quoted and escaped. Throws FileError if it is not UTF-8.
std::string json_text(const std::string& value);
std::string json_text(Size2 value);               ///< one number or [height,width]
std::string json_text(const ConvPadding& value);  ///< the same, or "same"
/// As of a std::string.
inline std::string json_text(const char* value) { return json_text(std::string(value)); }

/// "[1,2,3]"
template <class Item>
std::string json_text(const std::vector<Item>& items) {
  std::string out;
  for (const Item& item : items) out += (out.empty() ? "" : ",") + json_text(item);
  return '[' + out + ']';
}

}  // namespace glass::nn
