#include <functional>

#include "autograd/node.hpp"
#include "autograd/ops.hpp"
#include "autograd/ops/broadcast.hpp"

namespace glass {

///     y = a - b
///     da = dy
///     db = -dy
struct SubNode final : Node {
  const char* name() const override { return "sub"; }
  Grads backward(const Storage& dy) const override {
    Grads grads(2);
    if (need[0]) grads[0] = sum_to_size(dy, shape, inputs[0].shape);
    if (need[1]) grads[1] = sum_to_size(map(dy, std::negate<real>()), shape, inputs[1].shape);
    return grads;
  }
};

Tensor sub(const Tensor& a, const Tensor& b) {
  Tensor y = map_broadcast("sub", a, b, std::minus<real>());
  record<SubNode>(y, {a, b});
  return y;
}

}  // namespace glass
