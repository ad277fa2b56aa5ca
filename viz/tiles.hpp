#pragma once

#include <string>
#include <vector>

#include "viz/objective.hpp"
#include "viz/pictures/sheet.hpp"

namespace glass::viz {

/// Of a sheet, in pixels: what 28 and 32 divide.
inline constexpr int default_width = 448;

/// "99.9 %"
std::string percent(double share);

/// What a file is called that shows what a network makes of this objective, or class: "mnist-cnn-3.png", or
/// "mnist-cnn-channel-conv2-5.png".
std::string picture_name(const nn::Model& model, std::string what);
/// Pictures images[N,C,H,W] of an objective, each above what it shows and, where there is one, the
/// `probability` of its class.
std::vector<Tile> tiles_of(const nn::Model& model, const Objective& objective, const Tensor& images,
                           const std::vector<double>& probability);
/// How many of so many stand in a row: where each of a few classes has several, a column for each class.
Index sheet_columns(const Objective& objective, std::size_t pictures);

}  // namespace glass::viz
