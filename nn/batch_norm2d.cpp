#include "nn/batch_norm2d.hpp"

#include <algorithm>

namespace glass::nn {

BatchNorm2d::BatchNorm2d(const BatchNorm2dArguments& arguments) : arguments_(arguments) {
  const auto& [channels, eps, momentum] = arguments;
  require(channels > 0, "BatchNorm2d: num_features must be positive, got ", channels);
  require(eps > 0, "BatchNorm2d: eps must be positive, got ", eps);
  require(momentum >= 0 && momentum <= 1, "BatchNorm2d: momentum must be in [0, 1], got ",
          momentum);
  weight = Tensor::full({channels}, 1).requires_grad(true);
  bias = Tensor::zeros({channels}).requires_grad(true);
  running_mean = Tensor::zeros({channels});
  running_var = Tensor::full({channels}, 1);
}

void BatchNorm2d::reset_parameters(Rng&) {
  std::ranges::fill(weight.mutable_values(), real(1));
  std::ranges::fill(bias.mutable_values(), real(0));
  std::ranges::fill(running_mean.mutable_values(), real(0));
  std::ranges::fill(running_var.mutable_values(), real(1));
}

Tensor BatchNorm2d::forward(const Tensor& x) {
  return batch_norm2d(
      x, weight, bias, running_mean, running_var,
      {.training = training(), .momentum = arguments_.momentum, .eps = arguments_.eps});
}

Shape BatchNorm2d::output_shape(const Shape& input) const {
  require(input.rank() == 4 && input[1] == arguments_.num_features,
          "BatchNorm2d: expected an input [N,", arguments_.num_features, ",H,W], got ", input);
  return input;
}

}  // namespace glass::nn
