#include "autograd/loops.hpp"
#include "autograd/node.hpp"
#include "autograd/ops.hpp"

namespace glass {

/// y = sum_i x_i: dx_i = dy for every element.
struct SumNode final : Node {
  const char* name() const override { return "sum"; }
  Grads backward(const Storage& dy) const override {
    return {Tensor::full(inputs[0].shape, *dy.data()).storage()};
  }
};

Tensor sum(const Tensor& x) {
  const real* value = x.data();
  Tensor y = Tensor::scalar(sum_over(0, x.size(), [=](Index i) { return value[i]; }));
  record<SumNode>(y, {x});
  return y;
}

}  // namespace glass
