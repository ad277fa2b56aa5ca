#include "autograd/ops.hpp"
#include "autograd/ops/reduce.hpp"

namespace glass {

/// The sum, divided by the number of elements that went into it: `sum` and `mul_number` on the tape.
Tensor mean(const Tensor& x, const std::vector<int>& axes, bool keep) {
  const Shape& xs = x.shape();
  const Shape kept = reduced_shape("mean", xs, axes, true);
  Index n = 1;
  for (int axis = 0; axis < xs.rank(); ++axis) n *= kept[axis] == xs[axis] ? 1 : xs[axis];
  require(n > 0, "mean: expects at least one element, got shape ", xs);
  return sum(x, axes, keep) / static_cast<double>(n);
}

Tensor mean(const Tensor& x) {
  require(x.size() > 0, "mean: expects at least one element, got shape ", x.shape());
  return sum(x) / static_cast<double>(x.size());
}

}  // namespace glass
