#include "autograd/loops.hpp"
#include "autograd/node.hpp"
#include "autograd/ops.hpp"

namespace glass {

/// y = a - b: da = dy, db = -dy.
struct SubNode final : Node {
  const char* name() const override { return "sub"; }
  Grads backward(const Storage& dy) const override {
    return {need[0] ? dy : Storage(), need[1] ? map(dy, [](real d) { return -d; }) : Storage()};
  }
};

Tensor sub(const Tensor& a, const Tensor& b) {
  require(a.shape() == b.shape(), "sub: shapes differ, ", a.shape(), " and ", b.shape());
  Tensor y =
      Tensor::wrap(a.shape(), map(a.storage(), b.storage(), [](real u, real v) { return u - v; }));
  record<SubNode>(y, {a, b});
  return y;
}

}  // namespace glass
