#pragma once

#include <nlohmann/json.hpp>

#include "autograd/geometry.hpp"

namespace glass::inline GLASS_PRECISION::nn {

/// A JSON value and what to call it in messages: "x.json: layer 3 (Conv2d): stride". Everything
/// that it refuses is a FileError that begins with `where`.
struct JsonValue {
  const nlohmann::ordered_json& json;
  std::string where;

  [[noreturn]] void fail(const std::string& message) const;
  /// What to say of a value of the wrong kind: "expected a string, got 3".
  [[noreturn]] void expected(const char* kind) const;

  bool has(const char* key) const { return json.contains(key); }
  JsonValue operator[](const std::string& key) const;
  /// An object with no other keys than these.
  void only_keys(const std::vector<std::string>& known) const;

  void read(bool& into) const;
  void read(Index& into) const;  ///< from 0 to 2^20, so that no product of three overflows
  void read(double& into) const;
  void read(std::string& into) const;
  void read(Size2& into) const;  ///< a number or [height, width]
  template <class Item>
  void read(std::vector<Item>& into) const {
    if (!json.is_array()) expected("a list");
    for (const auto& item : json) JsonValue{item, where}.read(into.emplace_back());
  }
};

/// "a, b, c"
std::string comma_list(const std::vector<std::string>& words);

}  // namespace glass::inline GLASS_PRECISION::nn
