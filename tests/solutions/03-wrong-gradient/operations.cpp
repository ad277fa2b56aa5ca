#include <algorithm>
#include <cmath>

#include "autograd/kernels/pool2d.hpp"
#include "autograd/loops.hpp"
#include "autograd/node.hpp"
#include "autograd/ops.hpp"
#include "autograd/ops/pool_window.hpp"

namespace glass {

/// y = x where x > 0, else slope x; dx = dy there, else slope dy.
struct LeakyReluNode final : Node {
  Saved x{this, "x"};
  real slope = 0;

  const char* name() const override { return "leaky_relu"; }
  Grads backward(const Storage& dy) const override {
    return {map(dy, x, [this](real d, real v) { return v > 0 ? d : slope * d; })};
  }
};

Tensor leaky_relu(const Tensor& x, double negative_slope) {
  const auto slope = static_cast<real>(negative_slope);
  const auto f = [=](real v) { return v > 0 ? v : slope * v; };
  Tensor y = Tensor::wrap(x.shape(), map(x.storage(), f));
  if (auto node = record<LeakyReluNode>(y, {x})) {
    node->x = x.storage();
    node->slope = slope;
  }
  return y;
}

/// y[n,c,p,q] = (1 / RS) sum_{r,s} x[n,c,h,w]: each x under a window receives dy / RS from it.
struct AvgPool2dNode final : Node {
  kernels::Window window{};

  const char* name() const override { return "avg_pool2d"; }
  Grads backward(const Storage& dy) const override {
    Storage dx(inputs[0].shape.size());
    kernels::avg_pool2d_dx(dy.data(), dx.mutable_data(), window);
    return {dx};
  }
};

Tensor avg_pool2d(const Tensor& x, const Pool2dOptions& options) {
  const kernels::Window window = pool_window("avg_pool2d", x.shape(), options);
  Tensor y = Tensor::empty({window.N, window.C, window.P, window.Q});
  kernels::avg_pool2d(x.data(), y.mutable_data(), window);
  if (auto node = record<AvgPool2dNode>(y, {x})) node->window = window;
  return y;
}

/// One window as large as the image.
Tensor global_avg_pool2d(const Tensor& x) {
  const Shape& xs = x.shape();
  require(xs.rank() == 4, "global_avg_pool2d: x must be [N,C,H,W], got ", xs);
  return avg_pool2d(x, {.kernel = {xs[2], xs[3]}});
}

/// y = (1/n) sum_i (a_i - b_i)^2: da = (2/n) (a - b) dy, and db is its negative.
struct MseNode final : Node {
  Saved difference{this, "difference"};

  const char* name() const override { return "mse"; }
  Grads backward(const Storage& dy) const override {
    const real slope = 2 * *dy.data() / static_cast<real>(difference.size());
    const auto scaled = [&](real s) { return map(difference, [=](real d) { return s * d; }); };
    return {need[0] ? scaled(slope) : Storage(), need[1] ? scaled(-slope) : Storage()};
  }
};

Tensor mse(const Tensor& a, const Tensor& b) {
  require(a.shape() == b.shape(), "mse: shapes differ, ", a.shape(), " and ", b.shape());
  require(a.size() > 0, "mse: expects at least one element, got shape ", a.shape());
  const Storage difference = map(a.storage(), b.storage(), [](real u, real v) { return u - v; });
  const real* d = difference.data();
  const double sum = sum_over(0, a.size(), [=](Index i) { return d[i] * d[i]; });
  Tensor y = Tensor::scalar(sum / static_cast<double>(a.size()));
  if (auto node = record<MseNode>(y, {a, b})) node->difference = difference;
  return y;
}

namespace {
constexpr auto shortest = static_cast<real>(1e-12);
}

/// y = x / |x| in each row: dx = (dy - y <y,dy>) / |x|. A row shorter than 1e-12 is divided by that
/// constant, and so is its dy.
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
