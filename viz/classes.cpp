#include "viz/classes.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "nn/printable.hpp"
#include "nn/suggestion.hpp"

namespace glass::viz {

namespace {

std::optional<Index> class_called(const nn::Model& model, const std::string& name) {
  const auto found = std::ranges::find(model.classes, nn::trimmed(name), nn::trimmed);
  if (found == model.classes.end()) return {};
  return found - model.classes.begin();
}

std::optional<Index> index_below(Index count, const std::string& word) {
  Index k = -1;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), k);
  if (error != std::errc() || end != word.data() + word.size() || k < 0 || k >= count) return {};
  if (std::to_string(k) != word) return {};  // 01
  return k;
}

}  // namespace

std::string class_name(const nn::Model& model, Index k) {
  const auto i = static_cast<std::size_t>(k);
  return i < model.classes.size() ? model.classes[i] : std::to_string(k);
}

Index find_class(const nn::Model& model, const std::string& word) {
  const Index count = model.class_count();
  const std::string name = nn::trimmed(word);
  const bool by_name = name.starts_with("name:"), by_index = name.starts_with("index:");
  const std::string rest = by_name || by_index ? name.substr(name.find(':') + 1) : name;
  const std::optional<Index> named = by_index ? std::nullopt : class_called(model, rest),
                             indexed = by_name ? std::nullopt : index_below(count, rest);
  if (named && indexed && *named != *indexed) {
    throw Error(text("class '", name, "': in ", model.name, " the name of class ", *named,
                     " and the index of class ", *indexed, "; say name:", name,
                     " or index:", name));
  }
  if (named || indexed) return named ? *named : *indexed;

  const std::string known = nn::comma_list(model.classes);
  throw Error(text("class '", word, "': ", model.name, " has classes 0 to ", count - 1,
                   known.empty() ? "" : " (" + known + ")", nn::did_you_mean(rest, model.classes)));
}

}  // namespace glass::viz
