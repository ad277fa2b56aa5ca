#include <cmath>
#include <numbers>

#include "autograd/loops.hpp"
#include "autograd/node.hpp"
#include "autograd/ops.hpp"

namespace glass {

namespace {

/// The share of a normal distribution that lies below x. By erfc, which is exact far below 0, too.
real normal_share(real x) { return std::erfc(x * real(-1 / std::numbers::sqrt2)) / 2; }

/// The density of a normal distribution at x.
real normal_density(real x) {
  constexpr auto peak = static_cast<real>(std::numbers::inv_sqrtpi / std::numbers::sqrt2);
  return peak * std::exp(x * x / -2);
}

}  // namespace

///     y = x P with P = (1 + erf(x / sqrt(2))) / 2, the share of a normal distribution below x
///     dx = (P + x e^(-x^2 / 2) / sqrt(2 pi)) dy
struct GeluNode final : Node {
  Saved x{this, "x"};

  const char* name() const override { return "gelu"; }
  Grads backward(const Storage& dy) const override {
    return {
        map(dy, x, [](real d, real v) { return (normal_share(v) + v * normal_density(v)) * d; })};
  }
};

Tensor gelu(const Tensor& x) {
  Tensor y = Tensor::wrap(x.shape(), map(x.storage(), [](real v) { return v * normal_share(v); }));
  if (auto node = record<GeluNode>(y, {x})) node->x = x.storage();
  return y;
}

namespace {

constexpr auto inner = static_cast<real>(std::numbers::sqrt2 * std::numbers::inv_sqrtpi);
constexpr auto cubic = static_cast<real>(0.044715);

real inner_tanh(real x) { return std::tanh(inner * (x + cubic * x * x * x)); }

}  // namespace

///     y = x (1 + t) / 2 with t = tanh(sqrt(2 / pi) (x + 0.044715 x^3))
///     dx = ((1 + t) / 2 + x (1 - t^2) / 2 sqrt(2 / pi) (1 + 3 0.044715 x^2)) dy
struct GeluTanhNode final : Node {
  Saved x{this, "x"};

  const char* name() const override { return "gelu_tanh"; }
  Grads backward(const Storage& dy) const override {
    return {map(dy, x, [](real d, real v) {
      const real t = inner_tanh(v), bend = 1 - t * t;
      // Where tanh is level, x^2 may be too large for a number.
      const real slope = bend == 0 ? real(0) : v * bend / 2 * inner * (1 + 3 * cubic * v * v);
      return ((1 + t) / 2 + slope) * d;
    })};
  }
};

Tensor gelu_tanh(const Tensor& x) {
  Tensor y = Tensor::wrap(x.shape(),
                          map(x.storage(), [](real v) { return v * ((1 + inner_tanh(v)) / 2); }));
  if (auto node = record<GeluTanhNode>(y, {x})) node->x = x.storage();
  return y;
}

}  // namespace glass
