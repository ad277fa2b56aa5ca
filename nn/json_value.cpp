#include "nn/json_value.hpp"

#include <algorithm>

#include "nn/printable.hpp"

namespace glass::inline GLASS_PRECISION::nn {

void JsonValue::fail(const std::string& message) const { throw FileError(where + ": " + message); }

void JsonValue::expected(const char* kind) const {
  fail(text("expected ", kind, ", got ", printable(json.dump())));
}

JsonValue JsonValue::operator[](const std::string& key) const {
  if (!json.contains(key)) fail("'" + key + "' is missing");
  return {json[key], where + ": " + key};
}

void JsonValue::only_keys(const std::vector<std::string>& known) const {
  if (!json.is_object()) expected("an object");
  for (const auto& [key, value] : json.items()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    fail("unknown field '" + printable(key) + "' (known: " + comma_list(known) + ")");
  }
}

void JsonValue::read(bool& into) const {
  if (!json.is_boolean()) expected("true or false");
  json.get_to(into);
}

void JsonValue::read(Index& into) const {
  constexpr Index most = Index{1} << 20;
  if (!json.is_number_integer() || json < 0 || json > most) {
    expected("a whole number from 0 to 1048576");
  }
  json.get_to(into);
}

void JsonValue::read(double& into) const {
  if (!json.is_number()) expected("a number");
  json.get_to(into);
}

void JsonValue::read(std::string& into) const {
  if (!json.is_string()) expected("a string");
  json.get_to(into);
}

void JsonValue::read(Size2& into) const {
  if (json.is_array()) {
    if (json.size() != 2) expected("a whole number or [height, width]");
    JsonValue{json[0], where}.read(into.h);
    JsonValue{json[1], where}.read(into.w);
  } else {
    read(into.h);
    into.w = into.h;
  }
}

std::string comma_list(const std::vector<std::string>& words) {
  std::string list;
  for (const std::string& word : words) list += (list.empty() ? "" : ", ") + word;
  return list;
}

}  // namespace glass::inline GLASS_PRECISION::nn
