#include "nn/linear.hpp"

#include "nn/init.hpp"

namespace glass::nn {

Linear::Linear(const LinearArguments& arguments) : arguments_(arguments) {
  const auto& [in, out, with_bias] = arguments;
  require(in > 0 && out > 0, "Linear: in_features and out_features must be positive, got ", in,
          " and ", out);
  check_size("Linear: weight", {out, in});
  weight = Tensor::zeros({out, in}).requires_grad(true);
  if (with_bias) bias = Tensor::zeros({out}).requires_grad(true);
}

Linear::Linear(const LinearArguments& arguments, Rng& rng) : Linear(arguments) {
  reset_parameters(rng);
}

void Linear::reset_parameters(Rng& rng) { default_init(weight, bias, rng); }

Shape Linear::output_shape(const Shape& input) const {
  require(input.rank() == 2 && input[1] == arguments_.in_features, "Linear: expected an input [N,",
          arguments_.in_features, "], got ", input);
  return {input[0], arguments_.out_features};
}

Shape Flatten::output_shape(const Shape& input) const {
  require(input.rank() >= 1, "Flatten: expected an input [N,..], got ", input);
  Index features = 1;
  for (int axis = 1; axis < input.rank(); ++axis) features *= input[axis];
  return {input[0], features};
}

}  // namespace glass::nn
