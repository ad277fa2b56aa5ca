#include <cmath>

#include "autograd/loops.hpp"
#include "autograd/node.hpp"
#include "autograd/ops.hpp"

namespace glass {

///     y = 1 / (1 + e^-x)
///     dx = y (1 - y) dy
struct SigmoidNode final : Node {
  Saved y{this, "y"};

  const char* name() const override { return "sigmoid"; }
  Grads backward(const Storage& dy) const override {
    return {map(dy, y, [](real d, real v) { return v * (1 - v) * d; })};
  }
};

Tensor sigmoid(const Tensor& x) {
  Tensor y =
      Tensor::wrap(x.shape(), map(x.storage(), [](real v) { return 1 / (1 + std::exp(-v)); }));
  if (auto node = record<SigmoidNode>(y, {x})) node->y = y.storage();
  return y;
}

}  // namespace glass
