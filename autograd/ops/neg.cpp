#include "autograd/loops.hpp"
#include "autograd/node.hpp"
#include "autograd/ops.hpp"

namespace glass {

namespace {
constexpr auto negate = [](real v) { return -v; };
}

///     y = -x
///     dx = -dy
struct NegNode final : Node {
  const char* name() const override { return "neg"; }
  Grads backward(const Storage& dy) const override { return {map(dy, negate)}; }
};

Tensor neg(const Tensor& x) {
  Tensor y = Tensor::wrap(x.shape(), map(x.storage(), negate));
  record<NegNode>(y, {x});
  return y;
}

}  // namespace glass
