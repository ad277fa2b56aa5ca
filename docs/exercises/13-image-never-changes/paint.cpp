#include "docs/exercises/13-image-never-changes/paint.hpp"

#include <algorithm>

#include "optim/adam.hpp"

namespace glass {

Tensor paint(nn::Model& model, const Tensor& start, Index wanted, int steps) {
  model.eval();
  model.requires_grad(false);
  Tensor image = start.detach();
  optim::Adam optimiser({image.clone()}, {.lr = 0.05});
  for (int step = 0; step < steps; ++step) {
    const Tensor logit = at(model(image), {0, wanted});
    image.requires_grad(true);
    optimiser.zero_grad();
    (-logit).backward();
    optimiser.step();
    for (real& pixel : image.mutable_values()) pixel = std::clamp(pixel, real(0), real(1));
  }
  return image.detach();
}

}  // namespace glass
