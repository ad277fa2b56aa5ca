#include "viz/regulariser.hpp"

#include <cmath>

#include "autograd/ops.hpp"

namespace glass::viz {

Tensor Regulariser::operator()(const Tensor& x, const std::vector<double>& centre) const {
  constexpr double range = 0.5, typical_step = range / 6.5;
  const auto pixels = static_cast<double>(x.shape()[2] * x.shape()[3]);
  Tensor total;
  const auto add = [&](const Tensor& term) { total = total ? total + term : term; };
  if (tv > 0) {
    const double weight = tv / (pixels * std::pow(typical_step, beta));
    add(weight * total_variation(x, {.beta = beta}));
  }
  if (alpha_norm > 0 || l2 > 0) {
    const Tensor deviation = x - Tensor::from({1, x.shape()[1], 1, 1}, centre);
    if (alpha_norm > 0) {
      add(alpha_norm / (pixels * std::pow(range, alpha)) * glass::alpha_norm(deviation, alpha));
    }
    if (l2 > 0) add(l2 / (pixels * range * range) * sum(square(deviation)));
  }
  return total ? total : Tensor::scalar(0);
}

}  // namespace glass::viz
