#include "nn/data/pick.hpp"

#include <algorithm>

#include "nn/printable.hpp"

namespace glass::data {

namespace {

/// The label of this name or number; -1 if there is none.
Index find_label(const std::string& word, const std::vector<std::string>& names) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == word) return static_cast<Index>(i);
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (std::to_string(i) == word) return static_cast<Index>(i);
  }
  return -1;
}

}  // namespace

void check_count(const std::vector<std::string>& words, Index classes) {
  if (static_cast<Index>(words.size()) == classes) return;
  throw Error(text("the network tells ", classes, " classes apart, got ", words.size(), ": ",
                   nn::printable(nn::comma_list(words))));
}

std::vector<Index> find_labels(const std::vector<std::string>& words,
                               const std::vector<std::string>& names) {
  std::vector<Index> labels;
  for (const std::string& word : words) {
    const Index label = find_label(word, names);
    if (label < 0) {
      std::string known;  // where the names say more than the numbers
      for (std::size_t i = 0; names[0] != "0" && i < names.size(); ++i) {
        known += (i > 0 ? ", " : " (") + names[i] + (i + 1 == names.size() ? ")" : "");
      }
      throw Error(text("class '", nn::printable(word), "': the data set has classes 0 to ",
                       names.size() - 1, known));
    }
    if (std::ranges::count(labels, label) > 0) {
      throw Error("class '" + nn::printable(word) + "' is there twice");
    }
    labels.push_back(label);
  }
  return labels;
}

void keep_labels(Dataset& data, const std::vector<Index>& labels) {
  const auto pixels = static_cast<std::size_t>(data.image_shape.size());
  std::size_t kept = 0;
  for (std::size_t n = 0; n < data.labels.size(); ++n) {
    const auto found = std::ranges::find(labels, Index{data.labels[n]});
    if (found == labels.end()) continue;
    const auto image = data.pixels.begin() + static_cast<Index>(n * pixels);
    std::copy_n(image, pixels, data.pixels.begin() + static_cast<Index>(kept * pixels));
    data.labels[kept++] = static_cast<std::uint8_t>(found - labels.begin());
  }
  data.labels.resize(kept);
  data.pixels.resize(kept * pixels);
}

void check_names(const std::vector<std::string>& classes, const std::vector<Index>& labels,
                 const std::vector<std::string>& names) {
  for (std::size_t k = 0; k < classes.size(); ++k) {
    const Index meant = find_label(classes[k], names);
    if (meant < 0 || meant == labels[k]) continue;
    throw Error(text("class ", k, " is called '", nn::printable(classes[k]),
                     "', which is another class of the data set than '",
                     names[static_cast<std::size_t>(labels[k])], "'"));
  }
}

}  // namespace glass::data
