#pragma once

#include <nlohmann/json.hpp>
#include <set>

#include "autograd/error.hpp"
#include "nn/printable.hpp"

namespace glass::inline GLASS_PRECISION::nn {

/// Parses JSON more strictly than nlohmann does by itself: no byte order mark, nothing after a NUL,
/// no key twice in one object, no deep nesting. Throws FileError, one line that begins with `path`.
template <class Json>
Json parse_json(std::string_view text, const std::string& path) {
  constexpr int deepest = 8;
  if (text.starts_with("\xef\xbb\xbf")) throw FileError(path + ": begins with a byte order mark");
  if (text.find('\0') != text.npos) throw FileError(path + ": JSON with a NUL byte in it");

  std::vector<std::set<std::string>> keys;
  const auto check = [&](int depth, typename Json::parse_event_t event, Json& value) {
    using Event = typename Json::parse_event_t;
    if (depth > deepest) {
      throw FileError(path + ": nested deeper than " + std::to_string(deepest));
    }
    if (event == Event::object_start) keys.emplace_back();
    if (event == Event::object_end) keys.pop_back();
    if (event == Event::key) {
      const auto& key = value.template get_ref<const std::string&>();
      if (!keys.back().insert(key).second) {
        throw FileError(path + ": key '" + printable(key) + "' appears twice in one object");
      }
    }
    return true;
  };
  try {
    return Json::parse(text, check);
  } catch (const nlohmann::json::exception& error) {
    // "[json.exception.parse_error.101] parse error at line 1, ..." less the part in brackets
    const std::string_view message = error.what();
    throw FileError(path + ": not JSON: " + printable(message.substr(message.find(']') + 2)));
  }
}

}  // namespace glass::inline GLASS_PRECISION::nn
