#pragma once

#include <string>
#include <vector>

#include "viz/objective.hpp"

namespace glass::viz {

/// What the caller can offer to try.
struct Advice {
  std::string image = "another image";  ///< in place of this one
  std::string logit = "the logit";      ///< in place of a probability
};

/// Why the objective's gradient does not reach an image, picture by picture: one line with the
/// cause, the numbers that show it, and what to try; an empty line where it does. Causes: the image
/// is frozen, the network was left in training mode, a layer's outputs are not finite, a layer of
/// ReLUs is dead (or sigmoids and tanhs saturated), a probability is saturated. `image` is the leaf
/// [N,C,H,W] as the caller would train it; its gradient is left alone.
std::vector<std::string> diagnose(const nn::Model& model, const Objective& objective,
                                  const Tensor& image, const Advice& advice = {});

}  // namespace glass::viz
