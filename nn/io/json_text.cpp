#include "nn/io/json_text.hpp"

#include <nlohmann/json.hpp>

#include "autograd/error.hpp"
#include "nn/printable.hpp"

namespace glass::nn {

namespace {

/// Of a single value, which needs no memory to go.
template <class Json = nlohmann::json, class Value>
std::string dumped(const Value& value) {
  return Json(value).dump();
}

}  // namespace

std::string json_text(bool value) { return dumped(value); }
std::string json_text(double value) { return dumped(value); }

std::string json_text(float value) {
  using FloatJson = nlohmann::basic_json<std::map, std::vector, std::string, bool, std::int64_t,
                                         std::uint64_t, float>;
  return dumped<FloatJson>(value);
}

std::string json_text(const std::string& value) {
  try {
    return dumped(value);
  } catch (const nlohmann::json::type_error&) {
    throw FileError("'" + printable(value) + "' is not UTF-8, which JSON expects");
  }
}

std::string json_text(Size2 value) {
  if (value.h == value.w) return json_text(value.h);
  return json_text(std::vector{value.h, value.w});
}

std::string json_text(const ConvPadding& value) {
  return value.same ? json_text("same") : json_text(Size2(value));
}

}  // namespace glass::nn
