#include "nn/batch_norm.hpp"

#include <algorithm>

namespace glass::nn {

BatchNorm::BatchNorm(const char* type, const BatchNormArguments& arguments)
    : arguments_(arguments) {
  const auto& [channels, eps, momentum] = arguments;
  require(channels > 0, type, ": num_features must be positive, got ", channels);
  require(eps > 0, type, ": eps must be positive, got ", eps);
  require(momentum >= 0 && momentum <= 1, type, ": momentum must be in [0, 1], got ", momentum);
  weight = Tensor::full({channels}, 1).requires_grad(true);
  bias = Tensor::zeros({channels}).requires_grad(true);
  running_mean = Tensor::zeros({channels});
  running_var = Tensor::full({channels}, 1);
}

void BatchNorm::reset_parameters(Rng&) {
  std::ranges::fill(weight.mutable_values(), real(1));
  std::ranges::fill(bias.mutable_values(), real(0));
  std::ranges::fill(running_mean.mutable_values(), real(0));
  std::ranges::fill(running_var.mutable_values(), real(1));
}

Tensor BatchNorm::normalised(const Tensor& x) const {
  return batch_norm2d(
      x, weight, bias, running_mean, running_var,
      {.training = training(), .momentum = arguments_.momentum, .eps = arguments_.eps});
}

Shape BatchNorm2d::output_shape(const Shape& input) const {
  require(input.rank() == 4 && input[1] == channels(), "BatchNorm2d: expected an input [N,",
          channels(), ",H,W], got ", input);
  return input;
}

Tensor BatchNorm1d::forward(const Tensor& x) {
  const Shape shape = output_shape(x.shape());
  return reshape(normalised(reshape(x, {shape[0], shape[1], 1, 1})), shape);
}

Shape BatchNorm1d::output_shape(const Shape& input) const {
  require(input.rank() == 2 && input[1] == channels(), "BatchNorm1d: expected an input [N,",
          channels(), "], got ", input);
  return input;
}

}  // namespace glass::nn
