#include "viz/saliency.hpp"

#include <cmath>

namespace glass::inline GLASS_PRECISION::viz {

Tensor saliency(nn::Model& model, const Objective& objective, const Tensor& image) {
  model.eval();
  model.requires_grad(false);
  const Tensor x = image.clone().requires_grad(true);
  sum(objective(model, x)).backward();
  return x.grad();
}

std::vector<double> norms(const Tensor& gradient) {
  const Index N = gradient.shape()[0], pixels = gradient.size() / N;
  std::vector<double> all;
  for (Index n = 0; n < N; ++n) {
    double squares = 0;
    for (Index i = n * pixels; i < (n + 1) * pixels; ++i) {
      squares += static_cast<double>(gradient.data()[i]) * gradient.data()[i];
    }
    all.push_back(std::sqrt(squares));
  }
  return all;
}

}  // namespace glass::inline GLASS_PRECISION::viz
