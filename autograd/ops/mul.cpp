#include "autograd/loops.hpp"
#include "autograd/node.hpp"
#include "autograd/ops.hpp"

namespace glass {

namespace {
constexpr auto product = [](real u, real v) { return u * v; };
}

/// y = a b, element by element: da = dy b, db = dy a.
struct MulNode final : Node {
  Saved a{this, "a"}, b{this, "b"};

  const char* name() const override { return "mul"; }
  Grads backward(const Storage& dy) const override {
    return {need[0] ? map(dy, b, product) : Storage(), need[1] ? map(dy, a, product) : Storage()};
  }
};

Tensor mul(const Tensor& a, const Tensor& b) {
  require(a.shape() == b.shape(), "mul: shapes differ, ", a.shape(), " and ", b.shape());
  Tensor y = Tensor::wrap(a.shape(), map(a.storage(), b.storage(), product));
  if (auto node = record<MulNode>(y, {a, b})) {
    if (node->need[0]) node->b = b.storage();
    if (node->need[1]) node->a = a.storage();
  }
  return y;
}

/// y = number x: dx = number dy.
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
