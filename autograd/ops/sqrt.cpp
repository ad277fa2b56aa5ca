#include <cmath>

#include "autograd/loops.hpp"
#include "autograd/node.hpp"
#include "autograd/ops.hpp"

namespace glass {

///     y = sqrt x
///     dx = dy / (2 y)
///
/// The slope at 0 is infinite; who may come there adds something small to x first. The root of less
/// than 0 is NaN.
struct SqrtNode final : Node {
  Saved y{this, "y"};

  const char* name() const override { return "sqrt"; }
  Grads backward(const Storage& dy) const override {
    return {map(dy, y, [](real d, real v) { return d / (2 * v); })};
  }
};

Tensor sqrt(const Tensor& x) {
  Tensor y = Tensor::wrap(x.shape(), map(x.storage(), [](real v) { return std::sqrt(v); }));
  if (auto node = record<SqrtNode>(y, {x})) node->y = y.storage();
  return y;
}

}  // namespace glass
