#include "viz/invert.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "autograd/node.hpp"
#include "optim/adam.hpp"
#include "viz/start.hpp"

namespace glass::inline GLASS_PRECISION::viz {

double psnr(const Tensor& a, const Tensor& b) {
  const NoGrad no_grad;
  return std::min(99.0, -10 * std::log10(static_cast<double>(mse(a, b).item())));
}

Inversion invert(nn::Model& model, Index layer, const Tensor& original,
                 const InvertOptions& options,
                 const std::function<bool(int step, double loss)>& on_step) {
  model.eval();
  model.requires_grad(false);
  const auto phi = [&](const Tensor& x) { return model.outputs(layer, x).back(); };
  Tensor target;
  double size = 0;
  {
    const NoGrad no_grad;
    target = phi(original);
    size = sum(square(target)).item();
  }
  if (!(size > 0) || !std::isfinite(size)) {
    throw Error(text("layer ", model.layers.alias(layer), ": its output for this image ",
                     size == 0 ? "is 0 everywhere" : "is not finite",
                     ", there is nothing to invert"));
  }
  const std::vector<double> centre = centre_of(model);
  Tensor image = initial_noise(model, {0}, options.seed, 0.1).requires_grad(true);
  optim::Adam optimiser({image}, {.lr = options.lr});

  Inversion result;
  const auto error = [&](const Tensor& x) { return sum(square(phi(x) - target)) / size; };
  while (result.steps < options.steps) {
    const double done = static_cast<double>(result.steps) / options.steps;
    optimiser.set_lr(options.lr * (0.505 + 0.495 * std::cos(std::numbers::pi * done)));
    optimiser.zero_grad();
    const Tensor loss = error(image) + options.regulariser(image, centre);
    loss.backward();
    optimiser.step();
    for (real& pixel : image.values()) pixel = std::clamp(pixel, real(0), real(1));
    ++result.steps;
    if (on_step && !on_step(result.steps, loss.item())) break;
  }
  const NoGrad no_grad;
  result.image = image.detach();
  result.error = error(image).item();
  result.psnr = psnr(image, original);
  return result;
}

}  // namespace glass::inline GLASS_PRECISION::viz
