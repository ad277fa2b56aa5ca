#include "viz/tiles.hpp"

#include <algorithm>
#include <cctype>

#include "autograd/table.hpp"
#include "viz/pictures/text.hpp"

namespace glass::viz {

std::string percent(double share) { return formatted("%.1f %%", 100 * share); }

std::string picture_name(const nn::Model& model, std::string what) {
  for (char& c : what) {
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '.') c = '-';
  }
  what.resize(std::min<std::size_t>(what.size(), 100));  // names of files have an end
  return model.name + "-" + what + ".png";
}

std::vector<Tile> tiles_of(const nn::Model& model, const Objective& objective, const Tensor& images,
                           const std::vector<double>& probability) {
  const Index count = images.shape()[0];
  // Side by side, the terms of a sum go below each other.
  const bool long_words = objective.terms() > 1 && count > 1;
  std::vector<Tile> tiles;
  for (Index n = 0; n < count; ++n) {
    const std::string label = objective.label(model, n);
    Tile tile{to_image(images, n), long_words ? wrapped(label, 240) : std::vector{label}};
    if (!probability.empty()) {
      tile.caption.push_back(percent(probability[static_cast<std::size_t>(n)]));
    }
    tiles.push_back(tile);
  }
  return tiles;
}

Index sheet_columns(const Objective& objective, std::size_t pictures) {
  const Index kinds = objective.pictures();
  const bool a_column_each = kinds > 1 && kinds <= 10 && static_cast<Index>(pictures) > kinds;
  return a_column_each ? kinds : pictures > 20 ? 10 : 5;
}

}  // namespace glass::viz
