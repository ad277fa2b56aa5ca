#include "nn/batch_norm2d.hpp"

namespace glass::inline GLASS_PRECISION::nn {

BatchNorm2d::BatchNorm2d(const BatchNorm2dArguments& arguments)
    : BatchNorm2d(arguments, Deferred()) {
  Rng nothing_is_drawn(0);
  reset_parameters(nothing_is_drawn);
}

BatchNorm2d::BatchNorm2d(const BatchNorm2dArguments& arguments, Deferred) : arguments_(arguments) {
  const auto& [channels, eps, momentum] = arguments;
  require(channels > 0, "BatchNorm2d: num_features must be positive, got ", channels);
  require(eps > 0, "BatchNorm2d: eps must be positive, got ", eps);
  require(momentum >= 0 && momentum <= 1, "BatchNorm2d: momentum must be in [0, 1], got ",
          momentum);
}

void BatchNorm2d::reset_parameters(Rng&) {
  const Index channels = arguments_.num_features;
  weight = Tensor::full({channels}, 1);
  bias = Tensor::zeros({channels});
  running_mean = Tensor::zeros({channels});
  running_var = Tensor::full({channels}, 1);
  requires_grad(true);
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

std::vector<NamedTensor> BatchNorm2d::parameters() const {
  return {{"weight", weight}, {"bias", bias}};
}

std::vector<NamedTensor> BatchNorm2d::buffers() const {
  return {{"running_mean", running_mean}, {"running_var", running_var}};
}

}  // namespace glass::inline GLASS_PRECISION::nn
