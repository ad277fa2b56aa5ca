#include "autograd/loops.hpp"
#include "autograd/node.hpp"
#include "autograd/ops.hpp"

namespace glass {

///     y = x min(max(x + 3, 0), 6) / 6
///     dx = 0 where x <= -3, dy where x >= 3, else (2 x + 3) / 6 dy
struct HardswishNode final : Node {
  Saved x{this, "x"};

  const char* name() const override { return "hardswish"; }
  Grads backward(const Storage& dy) const override {
    return {map(dy, x, [](real d, real v) {
      return v <= -3 ? real(0) : v >= 3 ? d : (2 * v + 3) / 6 * d;
    })};
  }
};

Tensor hardswish(const Tensor& x) {
  Tensor y = Tensor::wrap(x.shape(), map(x.storage(), [](real v) {
                            return v <= -3 ? real(0) : v >= 3 ? v : v * (v + 3) / 6;
                          }));
  if (auto node = record<HardswishNode>(y, {x})) node->x = x.storage();
  return y;
}

}  // namespace glass
