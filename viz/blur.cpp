#include "viz/blur.hpp"

#include <algorithm>
#include <cmath>

namespace glass::viz {

namespace {

/// Along one axis: `length` values that lie `step` apart, for every line of them.
void blur_lines(const real* x, real* y, Index size, Index length, Index step,
                const std::vector<double>& kernel) {
  const auto reach = static_cast<Index>(kernel.size()) - 1;
  for (Index i = 0; i < size; ++i) {
    const Index at = i / step % length, line = i - at * step;
    double sum = 0;
    for (Index d = -reach; d <= reach; ++d) {
      sum += kernel[static_cast<std::size_t>(std::abs(d))] *
             static_cast<double>(x[line + std::clamp<Index>(at + d, 0, length - 1) * step]);
    }
    y[i] = static_cast<real>(sum);
  }
}

}  // namespace

Tensor gaussian_blur(const Tensor& x, double sigma) {
  const Shape& shape = x.shape();
  require(shape.rank() == 4 && sigma > 0, "gaussian_blur: expects [N,C,H,W] and sigma > 0, got ",
          shape, " and ", sigma);
  std::vector<double> kernel;  // from its centre outwards
  double sum = 0;
  const auto reach = static_cast<int>(std::ceil(3 * std::min(sigma, 1000.0)));
  for (int d = 0; d <= reach; ++d) {
    kernel.push_back(std::exp(-0.5 * d * d / (sigma * sigma)));
    sum += (d ? 2 : 1) * kernel.back();
  }
  for (double& weight : kernel) weight /= sum;
  const Tensor rows = Tensor::empty(shape), both = Tensor::empty(shape);
  blur_lines(x.data(), rows.mutable_data(), x.size(), shape[3], 1, kernel);
  blur_lines(rows.data(), both.mutable_data(), x.size(), shape[2], shape[3], kernel);
  return both;
}

}  // namespace glass::viz
