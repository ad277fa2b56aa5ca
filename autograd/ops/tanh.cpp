#include <cmath>

#include "autograd/loops.hpp"
#include "autograd/node.hpp"
#include "autograd/ops.hpp"

namespace glass {

///     y = tanh(x)
///     dx = (1 - y^2) dy
///
/// since tanh' = 1 - tanh^2.
struct TanhNode final : Node {
  Saved y{this, "y"};

  const char* name() const override { return "tanh"; }
  Grads backward(const Storage& dy) const override {
    return {map(dy, y, [](real d, real v) { return (1 - v * v) * d; })};
  }
};

Tensor tanh(const Tensor& x) {
  Tensor y = Tensor::wrap(x.shape(), map(x.storage(), [](real v) { return std::tanh(v); }));
  if (auto node = record<TanhNode>(y, {x})) node->y = y.storage();
  return y;
}

}  // namespace glass
