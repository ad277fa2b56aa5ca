#include <cmath>

#include "autograd/loops.hpp"
#include "autograd/node.hpp"
#include "autograd/ops.hpp"

namespace glass {

///     y = |x|
///     dx = dy where x > 0, -dy where x < 0, else 0
struct AbsNode final : Node {
  Saved x{this, "x"};

  const char* name() const override { return "abs"; }
  Grads backward(const Storage& dy) const override {
    return {map(dy, x, [](real d, real v) { return v > 0 ? d : v < 0 ? -d : real(0); })};
  }
};

Tensor abs(const Tensor& x) {
  Tensor y = Tensor::wrap(x.shape(), map(x.storage(), [](real v) { return std::abs(v); }));
  if (auto node = record<AbsNode>(y, {x})) node->x = x.storage();
  return y;
}

}  // namespace glass
