#include "autograd/loops.hpp"
#include "autograd/node.hpp"
#include "autograd/ops.hpp"

namespace glass {

///     y = min(max(x, 0), 6)
///     dx = dy where 0 < y < 6, else 0
///
/// At both kinks no gradient passes. NaN stays NaN.
struct Relu6Node final : Node {
  Saved y{this, "y"};

  const char* name() const override { return "relu6"; }
  Grads backward(const Storage& dy) const override {
    return {map(dy, y, [](real d, real v) { return v > 0 && v < 6 ? d : real(0); })};
  }
};

Tensor relu6(const Tensor& x) {
  Tensor y = Tensor::wrap(x.shape(), map(x.storage(), [](real v) {
                            return v <= 0 ? real(0) : v >= 6 ? real(6) : v;
                          }));
  if (auto node = record<Relu6Node>(y, {x})) node->y = y.storage();
  return y;
}

}  // namespace glass
