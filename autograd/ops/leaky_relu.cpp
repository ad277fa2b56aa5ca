#include "autograd/loops.hpp"
#include "autograd/node.hpp"
#include "autograd/ops.hpp"

namespace glass {

///     y = x where x > 0, else slope x
///     dx = dy where x > 0, else slope dy
struct LeakyReluNode final : Node {
  Saved x{this, "x"};
  real slope = 0;

  const char* name() const override { return "leaky_relu"; }
  Grads backward(const Storage& dy) const override {
    return {map(dy, x, [this](real d, real v) { return v > 0 ? d : slope * d; })};
  }
};

Tensor leaky_relu(const Tensor& x, double negative_slope) {
  const auto slope = static_cast<real>(negative_slope);
  const auto f = [=](real v) { return v > 0 ? v : slope * v; };
  Tensor y = Tensor::wrap(x.shape(), map(x.storage(), f));
  if (auto node = record<LeakyReluNode>(y, {x})) {
    node->x = x.storage();
    node->slope = slope;
  }
  return y;
}

}  // namespace glass
