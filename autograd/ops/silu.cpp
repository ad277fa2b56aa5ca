#include <cmath>

#include "autograd/loops.hpp"
#include "autograd/node.hpp"
#include "autograd/ops.hpp"

namespace glass {

namespace {
real logistic(real x) { return 1 / (1 + std::exp(-x)); }
}  // namespace

///     y = x s with s = 1 / (1 + e^-x)
///     dx = s (1 + x (1 - s)) dy
struct SiluNode final : Node {
  Saved x{this, "x"};

  const char* name() const override { return "silu"; }
  Grads backward(const Storage& dy) const override {
    return {map(dy, x, [](real d, real v) {
      const real s = logistic(v);
      return s * (1 + v * (1 - s)) * d;
    })};
  }
};

Tensor silu(const Tensor& x) {
  Tensor y = Tensor::wrap(x.shape(), map(x.storage(), [](real v) { return v * logistic(v); }));
  if (auto node = record<SiluNode>(y, {x})) node->x = x.storage();
  return y;
}

}  // namespace glass
