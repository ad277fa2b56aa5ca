#include "autograd/gradcheck.hpp"

#include <cmath>
#include <iostream>

#include "autograd/loops.hpp"
#include "autograd/node.hpp"
#include "autograd/ops.hpp"

using namespace glass;

/// An operation of our own: y = log(1 + e^x), a smooth relu. dx = dy / (1 + e^-x).
struct SoftplusNode final : Node {
  Saved x{this, "x"};
  const char* name() const override { return "softplus"; }
  Grads backward(const Storage& dy) const override {
    return {map(dy, x, [](real d, real v) { return d / (1 + std::exp(-v)); })};
  }
};

Tensor softplus(const Tensor& x) {
  const auto value = [](real v) {
    return std::max(v, real(0)) + std::log1p(std::exp(-std::abs(v)));
  };
  Tensor y = Tensor::wrap(x.shape(), map(x.storage(), value));
  if (auto node = record<SoftplusNode>(y, {x})) node->x = x.storage();
  return y;
}

int main() {
  Rng rng(0);
  const Tensor x = Tensor::randn({2, 3, 4}, rng);
  const auto result = gradcheck([](const auto& in) { return softplus(in[0]); }, {x});
  std::cout << (result.ok ? "softplus: the gradient is right" : result.message) << '\n';

  // And so it complains: the gradient of 0.999 softplus(x) + a constant is not that of softplus(x).
  const auto wrong = gradcheck(
      [](const auto& in) { return 0.999 * softplus(in[0]) + 0.001 * softplus(in[0].detach()); },
      {x});
  std::cout << wrong.message << '\n';
  return result.ok && !wrong.ok ? 0 : 1;
}
