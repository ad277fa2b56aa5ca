#include "nn/batch_norm2d.hpp"

#include <algorithm>

namespace glass::nn {

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

std::vector<NamedShape> BatchNorm2d::parameter_shapes() const {
  const Shape each{arguments_.num_features};
  return {{"weight", each}, {"bias", each}};
}

std::vector<NamedShape> BatchNorm2d::buffer_shapes() const {
  const Shape each{arguments_.num_features};
  return {{"running_mean", each}, {"running_var", each}};
}

void BatchNorm2d::make_parameters() {
  if (weight) return;
  for (Tensor* tensor : {&weight, &bias, &running_mean, &running_var}) {
    *tensor = Tensor::empty({arguments_.num_features});
  }
  requires_grad(true);
}

void BatchNorm2d::reset_parameters(Rng&) {
  make_parameters();
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

std::vector<NamedTensor> BatchNorm2d::parameters() const {
  return {{"weight", weight}, {"bias", bias}};
}

std::vector<NamedTensor> BatchNorm2d::buffers() const {
  return {{"running_mean", running_mean}, {"running_var", running_var}};
}

}  // namespace glass::nn
