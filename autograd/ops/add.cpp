#include <functional>

#include "autograd/loops.hpp"
#include "autograd/node.hpp"
#include "autograd/ops.hpp"

namespace glass {

/// y = a + b: da = dy, db = dy.
struct AddNode final : Node {
  const char* name() const override { return "add"; }
  Grads backward(const Storage& dy) const override {
    return {need[0] ? dy : Storage(), need[1] ? dy : Storage()};
  }
};

Tensor add(const Tensor& a, const Tensor& b) {
  require(a.shape() == b.shape(), "add: shapes differ, ", a.shape(), " and ", b.shape());
  Tensor y = Tensor::wrap(a.shape(), map(a.storage(), b.storage(), std::plus<real>()));
  record<AddNode>(y, {a, b});
  return y;
}

/// y = x + number: dx = dy.
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
