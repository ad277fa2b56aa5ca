#pragma once

#include <string>
#include <vector>

#include "autograd/geometry.hpp"
#include "nn/json_events.hpp"

namespace glass::inline GLASS_PRECISION::nn {

/// A small JSON text in memory: flat, bounded by JsonLimits, and freed without asking for memory.
struct JsonNode {
  JsonKind kind = JsonKind::null;
  std::uint64_t whole = 0;
  double number = 0;
  std::string text;
  std::vector<JsonNode> items;    ///< of a list or an object
  std::vector<std::string> keys;  ///< of an object, one for each item
};

/// Throws FileError as `read_json` does.
JsonNode parse_json(std::string_view text, const std::string& path);

/// A JSON value and what to call it in messages: "x.json: layer 3 (Conv2d): stride". Everything
/// that it refuses is a FileError that begins with `where`.
struct JsonValue {
  const JsonNode& json;
  std::string where;

  [[noreturn]] void fail(const std::string& message) const;
  /// What to say of a value of the wrong kind: "expected a string, got 3".
  [[noreturn]] void expected(const std::string& kind) const;
  void expect_object() const;

  bool has(const std::string& key) const;
  JsonValue operator[](const std::string& key) const;
  /// An object with no other keys than these.
  void only_keys(const std::vector<std::string>& known) const;

  void read(bool& into) const;
  void read(std::uint64_t& into) const;
  void read(Index& into) const;  ///< from 0 to 2^20, so that no product of three overflows
  void read(double& into) const;
  void read(std::string& into) const;  ///< without characters that command a terminal
  void read(Size2& into) const;        ///< a number or [height, width]
  template <class Item>
  void read(std::vector<Item>& into) const {
    if (json.kind != JsonKind::list) expected("a list");
    for (const JsonNode& item : json.items) JsonValue{item, where}.read(into.emplace_back());
  }
};

/// "a, b, c"
std::string comma_list(const std::vector<std::string>& words);

}  // namespace glass::inline GLASS_PRECISION::nn
