#include <functional>

#include "autograd/core_ops.hpp"
#include "autograd/node.hpp"
#include "autograd/ops/broadcast.hpp"

namespace glass {

///     y = a + b
///     da = dy
///     db = dy
///
/// Of an entry that broadcasting used again, here and in sub, mul and div, the gradient is the sum
/// over its uses.
struct AddNode final : Node {
  const char* name() const override { return "add"; }
  Grads backward(const Storage& dy) const override {
    Grads grads(2);
    if (need[0]) grads[0] = sum_to_size(dy, shape, inputs[0].shape);
    if (need[1]) grads[1] = sum_to_size(dy, shape, inputs[1].shape);
    return grads;
  }
};

Tensor add(const Tensor& a, const Tensor& b) {
  Tensor y = map_broadcast("add", a, b, std::plus<real>());
  record<AddNode>(y, {a, b});
  return y;
}

///     y = x + number
///     dx = dy
struct AddNumberNode final : Node {
  const char* name() const override { return "add_number"; }
  Grads backward(const Storage& dy) const override { return {dy}; }
};

Tensor add(const Tensor& a, double b) {
  const auto number = static_cast<real>(b);
  Tensor y = Tensor::wrap(a.shape(), map(a.storage(), [=](real v) { return v + number; }));
  record<AddNumberNode>(y, {a});
  return y;
}

}  // namespace glass
