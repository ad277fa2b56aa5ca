#pragma once

#include <functional>

#include "viz/objective.hpp"
#include "viz/pictures/image.hpp"

namespace glass::viz {

/// Is shown the outputs of all layers that an objective needs, before the way back begins.
using LookAtOutputs = std::function<void(const std::vector<Tensor>& outputs)>;

/// How much each pixel would change the objective: its gradient, once, with the weights frozen and
/// the image trainable (Simonyan et al. 2014, sec. 3). Activation maximisation takes the same
/// gradient, and then a step along it. image[N,C,H,W] in [0, 1] -> the same shape, signed. Throws
/// FileError, naming the first layer, if the objective or its gradient is NaN or infinite. What `look`
/// asks of the outputs, a hook or a gradient to keep, happens on the way back.
Tensor saliency(nn::Model& model, const Objective& objective, const Tensor& image,
                const LookAtOutputs& look = {});

/// The Euclidean norm of each picture's gradient. -> N numbers
std::vector<double> norms(const Tensor& gradient);

// Pictures of one gradient [1,C,H,W], each scaled by its own largest magnitude:
/// The mean over the channels: red where a brighter pixel raises the objective, blue where it
/// lowers it, white at 0.
Image draw_signed(const Tensor& gradient);
/// The largest magnitude over the channels: black at 0.
Image draw_magnitude(const Tensor& gradient);

}  // namespace glass::viz
