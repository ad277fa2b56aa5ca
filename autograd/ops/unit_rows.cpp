#include <algorithm>
#include <cmath>

#include "autograd/loops.hpp"
#include "autograd/node.hpp"
#include "autograd/ops.hpp"

namespace glass {

namespace {
constexpr auto shortest = static_cast<real>(1e-12);
}

///     y = x / |x| in each row
///     dx = (dy - y sum_k y_k dy_k) / |x|
///
/// A row shorter than 1e-12 is divided by that constant, and so is its dy.
struct UnitRowsNode final : Node {
  Saved y{this, "y"}, length{this, "length"};

  const char* name() const override { return "unit_rows"; }
  Grads backward(const Storage& dy) const override {
    const Index K = shape[1];
    Storage dx(dy.size());
    real* to = dx.mutable_data();
    for (Index n = 0; n < shape[0]; ++n) {
      const real *u = y.data() + n * K, *d = dy.data() + n * K, size = length.data()[n];
      const auto along = static_cast<real>(
          size > shortest ? sum_over(0, K, [=](Index k) { return u[k] * d[k]; }) : 0);
      for (Index k = 0; k < K; ++k) to[n * K + k] = (d[k] - u[k] * along) / size;
    }
    return {dx};
  }
};

Tensor unit_rows(const Tensor& x) {
  require(x.shape().rank() == 2, "unit_rows: x must be [N,K], got ", x.shape());
  const Index N = x.shape()[0], K = x.shape()[1];
  Tensor y = Tensor::empty(x.shape());
  const Storage length(N);
  real *unit = y.mutable_data(), *lengths = length.mutable_data();
  for (Index n = 0; n < N; ++n) {
    const real* row = x.data() + n * K;
    double square = 0;  // in double: that of 1e20 is no float
    for (Index k = 0; k < K; ++k) square += static_cast<double>(row[k]) * row[k];
    const real size = lengths[n] = std::max(shortest, static_cast<real>(std::sqrt(square)));
    for (Index k = 0; k < K; ++k) unit[n * K + k] = row[k] / size;
  }
  if (auto node = record<UnitRowsNode>(y, {x})) node->y = y.storage(), node->length = length;
  return y;
}

}  // namespace glass
