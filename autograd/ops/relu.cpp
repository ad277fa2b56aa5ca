#include "autograd/core_ops.hpp"
#include "autograd/loops.hpp"
#include "autograd/node.hpp"

namespace glass {

///     y = max(x, 0)
///     dx = dy where y > 0, else 0
///
/// At the kink itself no gradient passes. NaN stays NaN.
struct ReluNode final : Node {
  Saved y{this, "y"};

  const char* name() const override { return "relu"; }
  Grads backward(const Storage& dy) const override {
    return {map(dy, y, [](real d, real v) { return v > 0 ? d : real(0); })};
  }
};

Tensor relu(const Tensor& x) {
  Tensor y = Tensor::wrap(x.shape(), map(x.storage(), [](real v) { return v <= 0 ? real(0) : v; }));
  if (auto node = record<ReluNode>(y, {x})) node->y = y.storage();
  return y;
}

}  // namespace glass
