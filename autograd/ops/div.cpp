#include <functional>

#include "autograd/node.hpp"
#include "autograd/ops.hpp"
#include "autograd/ops/broadcast.hpp"

namespace glass {

///     y = a / b, element by element
///     da = dy / b
///     db = -dy y / b
struct DivNode final : Node {
  Saved b{this, "b"}, y{this, "y"};

  const char* name() const override { return "div"; }
  Grads backward(const Storage& dy) const override {
    Grads grads(2);
    const Storage da = map(dy, expand(b, inputs[1].shape, shape), std::divides<real>());
    if (need[0]) grads[0] = sum_to_size(da, shape, inputs[0].shape);
    if (need[1]) {
      const Storage db = map(da, y, [](real d, real v) { return -d * v; });
      grads[1] = sum_to_size(db, shape, inputs[1].shape);
    }
    return grads;
  }
};

Tensor div(const Tensor& a, const Tensor& b) {
  Tensor y = map_broadcast("div", a, b, std::divides<real>());
  if (auto node = record<DivNode>(y, {a, b})) {
    node->b = b.storage();
    if (node->need[1]) node->y = y.storage();
  }
  return y;
}

Tensor div(double a, const Tensor& b) { return div(Tensor::full(ones(b.shape().rank()), a), b); }

}  // namespace glass
