#include <cmath>

#include "autograd/loops.hpp"
#include "autograd/node.hpp"
#include "autograd/ops.hpp"

namespace glass {

///     y = x where x > 0, else alpha (e^x - 1)
///     dx = dy where y > 0, else (y + alpha) dy
///
/// The slope of the lower branch is alpha e^x = y + alpha. Clevert et al., 2016.
struct EluNode final : Node {
  Saved y{this, "y"};
  real alpha = 1;

  const char* name() const override { return "elu"; }
  Grads backward(const Storage& dy) const override {
    return {map(dy, y, [this](real d, real v) { return v > 0 ? d : (v + alpha) * d; })};
  }
};

Tensor elu(const Tensor& x, double alpha) {
  require(alpha >= 0, "elu: alpha must not be negative, got ", alpha);
  const auto a = static_cast<real>(alpha);
  const auto f = [=](real v) { return v > 0 ? v : a * std::expm1(v); };
  Tensor y = Tensor::wrap(x.shape(), map(x.storage(), f));
  if (auto node = record<EluNode>(y, {x})) {
    node->y = y.storage();
    node->alpha = a;
  }
  return y;
}

}  // namespace glass
