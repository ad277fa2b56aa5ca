#include <cmath>

#include "autograd/loops.hpp"
#include "autograd/node.hpp"
#include "autograd/ops.hpp"

namespace glass {

///     y = log x
///     dx = dy / x
///
/// The logarithm to base e. That of 0 is minus infinity, that of less is NaN.
struct LogNode final : Node {
  Saved x{this, "x"};

  const char* name() const override { return "log"; }
  Grads backward(const Storage& dy) const override {
    return {map(dy, x, [](real d, real v) { return d / v; })};
  }
};

Tensor log(const Tensor& x) {
  Tensor y = Tensor::wrap(x.shape(), map(x.storage(), [](real v) { return std::log(v); }));
  if (auto node = record<LogNode>(y, {x})) node->x = x.storage();
  return y;
}

}  // namespace glass
