#include "autograd/loops.hpp"
#include "autograd/node.hpp"
#include "autograd/ops.hpp"

namespace glass {

///     y = min(max(x + 3, 0), 6) / 6
///     dx = dy / 6 where 0 < y < 1, else 0
struct HardsigmoidNode final : Node {
  Saved y{this, "y"};

  const char* name() const override { return "hardsigmoid"; }
  Grads backward(const Storage& dy) const override {
    return {map(dy, y, [](real d, real v) { return v > 0 && v < 1 ? d / 6 : real(0); })};
  }
};

Tensor hardsigmoid(const Tensor& x) {
  Tensor y = Tensor::wrap(x.shape(), map(x.storage(), [](real v) {
                            return v <= -3 ? real(0) : v >= 3 ? real(1) : (v + 3) / 6;
                          }));
  if (auto node = record<HardsigmoidNode>(y, {x})) node->y = y.storage();
  return y;
}

}  // namespace glass
