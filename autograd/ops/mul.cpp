#include <functional>

#include "autograd/core_ops.hpp"
#include "autograd/node.hpp"
#include "autograd/ops/broadcast.hpp"

namespace glass {

///     y = a b, element by element
///     da = dy b
///     db = dy a
struct MulNode final : Node {
  Saved a{this, "a"}, b{this, "b"};

  const char* name() const override { return "mul"; }
  Grads backward(const Storage& dy) const override {
    const auto times = [&](const Storage& other, const Edge& edge) {
      return map(dy, expand(other, edge.shape, shape), std::multiplies<real>());
    };
    Grads grads(2);
    if (need[0]) grads[0] = sum_to_size(times(b, inputs[1]), shape, inputs[0].shape);
    if (need[1]) grads[1] = sum_to_size(times(a, inputs[0]), shape, inputs[1].shape);
    return grads;
  }
};

Tensor mul(const Tensor& a, const Tensor& b) {
  Tensor y = map_broadcast("mul", a, b, std::multiplies<real>());
  if (auto node = record<MulNode>(y, {a, b})) {
    if (node->need[0]) node->b = b.storage();
    if (node->need[1]) node->a = a.storage();
  }
  return y;
}

///     y = number x
///     dx = number dy
struct MulNumberNode final : Node {
  real number = 0;

  const char* name() const override { return "mul_number"; }
  Grads backward(const Storage& dy) const override {
    return {map(dy, [this](real d) { return number * d; })};
  }
};

Tensor mul(const Tensor& a, double b) {
  const auto number = static_cast<real>(b);
  Tensor y = Tensor::wrap(a.shape(), map(a.storage(), [=](real v) { return number * v; }));
  if (auto node = record<MulNumberNode>(y, {a})) node->number = number;
  return y;
}

}  // namespace glass
