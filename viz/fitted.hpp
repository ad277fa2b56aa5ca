#pragma once

#include <optional>

#include "nn/model.hpp"
#include "viz/pictures/image.hpp"

namespace glass::viz {

/// A picture that somebody brings, as a network knows pictures, in its size: for one of a single channel
/// what `fit_digit` finds, dark on light if its data is; for one of colours what `fit_photo` cuts out.
/// Nothing if there is no ink. The network takes 1 or 3 channels, and a picture for one of 3 has 3.
std::optional<Image> fitted(const Image& picture, const nn::Model& model);

}  // namespace glass::viz
