#include "autograd/loops.hpp"
#include "autograd/node.hpp"
#include "autograd/ops.hpp"

namespace glass {

///     y = x^2
///     dx = 2 x dy
struct SquareNode final : Node {
  Saved x{this, "x"};

  const char* name() const override { return "square"; }
  Grads backward(const Storage& dy) const override {
    return {map(dy, x, [](real d, real v) { return 2 * v * d; })};
  }
};

Tensor square(const Tensor& x) {
  Tensor y = Tensor::wrap(x.shape(), map(x.storage(), [](real v) { return v * v; }));
  if (auto node = record<SquareNode>(y, {x})) node->x = x.storage();
  return y;
}

}  // namespace glass
