#include "nn/io/json_value.hpp"

#include <algorithm>

#include "nn/printable.hpp"

namespace glass::nn {

namespace {

class TreeBuilder final : public JsonEvents {
 public:
  explicit TreeBuilder(JsonNode& root) : root_(root) {}

  void scalar(JsonScalar&& value) override { add(std::move(value)); }
  void begin(JsonKind kind) override { open_.push_back(&add({.kind = kind})); }
  void key(const std::string& name) override { open_.back()->keys.push_back(name); }
  void end() override { open_.pop_back(); }

 private:
  JsonNode& add(JsonScalar&& value) {
    JsonNode& node = open_.empty() ? root_ : open_.back()->items.emplace_back();
    static_cast<JsonScalar&>(node) = std::move(value);
    return node;
  }

  JsonNode& root_;
  std::vector<JsonNode*>
      open_;  ///< each the last item of the one before, which therefore stays put
};

constexpr std::size_t longest_shown = 100;  // printable() cuts it further

void show(const JsonNode& node, std::string& out) {
  const bool object = node.kind == JsonKind::object;
  switch (node.kind) {
    case JsonKind::null:
      out += "null";
      break;
    case JsonKind::boolean:
      out += node.number != 0 ? "true" : "false";
      break;
    case JsonKind::whole:
      out += std::to_string(node.whole);
      break;
    case JsonKind::number:
      out += text(node.number);
      if (node.number >= 0 && out.find_last_of(".e-") == out.npos) out += ".0";
      break;
    case JsonKind::string:
      out += '"' + node.text.substr(0, longest_shown) + '"';
      break;
    case JsonKind::list:
    case JsonKind::object:
      out += object ? '{' : '[';
      for (std::size_t i = 0; i < node.items.size() && out.size() < longest_shown; ++i) {
        if (i > 0) out += ',';
        if (object) out += '"' + node.keys[i].substr(0, longest_shown) + "\":";
        show(node.items[i], out);
      }
      out += object ? '}' : ']';
  }
}

/// Neither a control character nor one of the second row, U+0080 to U+009F.
bool is_plain(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < ' ' || byte == 0x7f) return false;
    if (byte == 0xc2 && static_cast<unsigned char>(text[i + 1]) < 0xa0) return false;  // UTF-8
  }
  return true;
}

}  // namespace

JsonNode parse_json(std::string_view text, const std::string& path) {
  JsonNode root;
  TreeBuilder builder(root);
  read_json(text, path, builder);
  return root;
}

void JsonValue::fail(const std::string& message) const { throw FileError(where + ": " + message); }

void JsonValue::expected(const std::string& kind) const {
  std::string got;
  show(json, got);
  fail("expected " + kind + ", got " + printable(got));
}

void JsonValue::expect_object() const {
  if (json.kind != JsonKind::object) expected("an object");
}

bool JsonValue::has(const std::string& key) const {
  return std::find(json.keys.begin(), json.keys.end(), key) != json.keys.end();
}

JsonValue JsonValue::operator[](const std::string& key) const {
  const auto place = std::find(json.keys.begin(), json.keys.end(), key);
  if (place == json.keys.end()) fail("'" + key + "' is missing");
  return {json.items[static_cast<std::size_t>(place - json.keys.begin())], where + ": " + key};
}

void JsonValue::only_keys(const std::vector<std::string>& known) const {
  expect_object();
  for (const std::string& key : json.keys) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    fail("unknown field '" + printable(key) + "' (known: " + comma_list(known) + ")");
  }
}

void JsonValue::read(bool& into) const {
  if (json.kind != JsonKind::boolean) expected("true or false");
  into = json.number != 0;
}

void JsonValue::read(std::uint64_t& into) const {
  if (json.kind != JsonKind::whole) expected("a whole number, without sign, point and exponent");
  into = json.whole;
}

void JsonValue::read(Index& into) const {
  constexpr std::uint64_t most = std::uint64_t{1} << 20;
  if (json.kind != JsonKind::whole || json.whole > most) {
    expected("a whole number from 0 to 1048576");
  }
  into = static_cast<Index>(json.whole);
}

void JsonValue::read(double& into) const {
  if (json.kind != JsonKind::whole && json.kind != JsonKind::number) expected("a number");
  into = json.number;
}

void JsonValue::read(std::string& into) const {
  if (json.kind != JsonKind::string) expected("a string");
  if (!is_plain(json.text)) expected("text without control characters");
  into = json.text;
}

void JsonValue::read(Size2& into) const {
  if (json.kind == JsonKind::list) {
    if (json.items.size() != 2) expected("a whole number or [height, width]");
    JsonValue{json.items[0], where}.read(into.h);
    JsonValue{json.items[1], where}.read(into.w);
  } else {
    read(into.h);
    into.w = into.h;
  }
}

}  // namespace glass::nn
