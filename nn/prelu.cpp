#include "nn/prelu.hpp"

#include <algorithm>

namespace glass::nn {

namespace {

constexpr real first_slope = 0.25;

}  // namespace

PReLU::PReLU(const PReLUArguments& arguments) : arguments_(arguments) {
  require(arguments.num_parameters > 0, "PReLU: num_parameters must be positive, got ",
          arguments.num_parameters);
  check_size("PReLU: weight", {arguments.num_parameters});
  weight = Tensor::full({arguments.num_parameters}, first_slope).requires_grad(true);
}

void PReLU::reset_parameters(Rng&) { std::ranges::fill(weight.mutable_values(), first_slope); }

Tensor PReLU::forward(const Tensor& x) {
  Shape beside;
  for (int i = 0; i < output_shape(x.shape()).rank(); ++i) {
    beside.append(i == 1 ? arguments_.num_parameters : 1);
  }
  return relu(x) - reshape(weight, beside) * relu(-x);
}

Shape PReLU::output_shape(const Shape& input) const {
  const Index channels = arguments_.num_parameters;
  require(input.rank() >= 2 && (channels == 1 || input[1] == channels),
          "PReLU: expected an input [N,", channels == 1 ? "C" : text(channels), ",..], got ",
          input);
  return input;
}

}  // namespace glass::nn
