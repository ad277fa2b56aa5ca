#include "viz/classes.hpp"

#include <algorithm>
#include <charconv>

namespace glass::inline GLASS_PRECISION::viz {

std::string class_name(const nn::Model& model, Index k) {
  const auto i = static_cast<std::size_t>(k);
  return i < model.classes.size() ? model.classes[i] : std::to_string(k);
}

Index find_class(const nn::Model& model, const std::string& word) {
  const Index count = model.class_count();
  const auto named = std::ranges::find(model.classes, word);
  if (named != model.classes.end()) return named - model.classes.begin();

  Index k = -1;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), k);
  if (error == std::errc() && end == word.data() + word.size() && k >= 0 && k < count) return k;

  std::string known;
  for (const std::string& name : model.classes) known += (known.empty() ? "" : ", ") + name;
  throw Error(text("class '", word, "': ", model.name, " has classes 0 to ", count - 1,
                   known.empty() ? "" : " (" + known + ")"));
}

}  // namespace glass::inline GLASS_PRECISION::viz
