#include "autograd/loops.hpp"
#include "autograd/node.hpp"
#include "autograd/ops.hpp"

namespace glass {

/// y = (1/n) sum_i x_i: dx_i = dy / n for every element.
struct MeanNode final : Node {
  const char* name() const override { return "mean"; }
  Grads backward(const Storage& dy) const override {
    const Shape& xs = inputs[0].shape;
    return {Tensor::full(xs, *dy.data() / static_cast<double>(xs.size())).storage()};
  }
};

Tensor mean(const Tensor& x) {
  require(x.size() > 0, "mean: expects at least one element, got shape ", x.shape());
  const real* value = x.data();
  const double sum = sum_over(0, x.size(), [=](Index i) { return value[i]; });
  Tensor y = Tensor::scalar(sum / static_cast<double>(x.size()));
  record<MeanNode>(y, {x});
  return y;
}

}  // namespace glass
