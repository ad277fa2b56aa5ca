#pragma once

#include <string>
#include <vector>

#include "autograd/geometry.hpp"
#include "nn/io/json_events.hpp"

namespace glass::nn {

/// A small JSON text in memory: flat, bounded by JsonLimits, and freed without asking for memory.
struct JsonNode : JsonScalar {
  std::vector<JsonNode> items;    ///< of a list or an object
  std::vector<std::string> keys;  ///< of an object, one for each item
};

/// Throws FileError as `read_json` does.
JsonNode parse_json(std::string_view text, const std::string& path);

/// A JSON value and what to call it in messages: "x.json: layer 3 (Conv2d): stride". Everything
/// that it refuses is a FileError that begins with `where`.
struct JsonValue {
  const JsonNode& json;  ///< the value, which must outlive this
  std::string where;     ///< begins every message

  [[noreturn]] void fail(const std::string& message) const;  ///< throws FileError
  /// What to say of a value of the wrong kind: "expected a string, got 3".
  [[noreturn]] void expected(const std::string& kind) const;
  void expect_object() const;  ///< throws FileError unless it is one

  bool has(const std::string& key) const;              ///< an object with this key
  JsonValue operator[](const std::string& key) const;  ///< throws FileError if there is none
  /// An object with no other keys than these.
  void only_keys(const std::vector<std::string>& known) const;

  // Values: each throws FileError if the JSON is of another kind
  void read(bool& into) const;           ///< true or false
  void read(std::uint64_t& into) const;  ///< a number without sign, point and exponent
  void read(Index& into) const;          ///< from 0 to 2^20, so that no product of three overflows
  void read(double& into) const;         ///< any number
  void read(std::string& into) const;    ///< without characters that command a terminal
  void read(Size2& into) const;          ///< a number or [height, width]
  /// A list of any of these; its items are appended.
  template <class Item>
  void read(std::vector<Item>& into) const {
    if (json.kind != JsonKind::list) expected("a list");
    for (const JsonNode& item : json.items) JsonValue{item, where}.read(into.emplace_back());
  }
};

}  // namespace glass::nn
