#include <cmath>

#include "autograd/loops.hpp"
#include "autograd/node.hpp"
#include "autograd/ops.hpp"

namespace glass {

namespace {

/// |x|^alpha. Mahendran and Vedaldi's exponent needs no call of pow.
real power(real x, double alpha) {
  if (alpha == 6) return x * x * (x * x) * (x * x);
  return static_cast<real>(std::pow(std::abs(static_cast<double>(x)), alpha));
}

/// d |x|^alpha / d x = alpha |x|^(alpha - 1) sign(x), taken to be 0 at x = 0.
real slope(real x, double alpha) {
  if (alpha == 6) return 6 * x * (x * x) * (x * x);
  if (x == 0) return 0;
  const double size = alpha * std::pow(std::abs(static_cast<double>(x)), alpha - 1);
  return static_cast<real>(std::copysign(size, x));
}

}  // namespace

///     y = sum_i |x_i|^alpha
///     dx = alpha |x|^(alpha - 1) sign(x) dy
struct AlphaNormNode final : Node {
  Saved x{this, "x"};
  double alpha = 0;

  const char* name() const override { return "alpha_norm"; }
  Grads backward(const Storage& dy) const override {
    return {map(x, [this, scale = *dy.data()](real v) { return scale * slope(v, alpha); })};
  }
};

Tensor alpha_norm(const Tensor& x, double alpha) {
  require(alpha >= 1, "alpha_norm: alpha must be at least 1, got ", alpha);
  const real* value = x.data();
  Tensor y = Tensor::scalar(sum_over(0, x.size(), [=](Index i) { return power(value[i], alpha); }));
  if (auto node = record<AlphaNormNode>(y, {x})) {
    node->x = x.storage();
    node->alpha = alpha;
  }
  return y;
}

}  // namespace glass
