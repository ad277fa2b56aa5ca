#pragma once

#include "nn/model.hpp"

namespace glass {

/// Freezes the model's weights and paints: `steps` steps, from `start`[1,C,H,W], towards a large logit
/// of the class `wanted`. Returns the image, with pixels in [0, 1]. `start` is not modified.
Tensor paint(nn::Model& model, const Tensor& start, Index wanted, int steps);

}  // namespace glass
