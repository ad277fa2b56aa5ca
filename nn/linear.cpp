#include "nn/linear.hpp"

#include "nn/init.hpp"

namespace glass::nn {

Linear::Linear(const LinearArguments& arguments, Rng& rng) : Linear(arguments, Deferred()) {
  reset_parameters(rng);
}

Linear::Linear(const LinearArguments& arguments, Deferred) : arguments_(arguments) {
  const auto& [in, out, with_bias] = arguments;
  require(in > 0 && out > 0, "Linear: in_features and out_features must be positive, got ", in,
          " and ", out);
  check_size("Linear: weight", {out, in});
}

std::vector<NamedShape> Linear::parameter_shapes() const {
  const auto& [in, out, with_bias] = arguments_;
  if (!with_bias) return {{"weight", {out, in}}};
  return {{"weight", {out, in}}, {"bias", {out}}};
}

void Linear::make_parameters() {
  if (weight) return;
  const auto& [in, out, with_bias] = arguments_;
  weight = Tensor::empty({out, in});
  if (with_bias) bias = Tensor::empty({out});
  requires_grad(true);
}

void Linear::reset_parameters(Rng& rng) {
  make_parameters();
  default_init(weight, bias, rng);
}

Shape Linear::output_shape(const Shape& input) const {
  require(input.rank() == 2 && input[1] == arguments_.in_features, "Linear: expected an input [N,",
          arguments_.in_features, "], got ", input);
  return {input[0], arguments_.out_features};
}

std::vector<NamedTensor> Linear::parameters() const {
  if (!bias) return {{"weight", weight}};
  return {{"weight", weight}, {"bias", bias}};
}

Shape Flatten::output_shape(const Shape& input) const {
  require(input.rank() >= 1, "Flatten: expected an input [N,..], got ", input);
  Index features = 1;
  for (int axis = 1; axis < input.rank(); ++axis) features *= input[axis];
  return {input[0], features};
}

}  // namespace glass::nn
