#include <cmath>
#include <numbers>

#include "autograd/kernels.hpp"
#include "autograd/node.hpp"
#include "autograd/ops.hpp"

namespace glass {

namespace {

/// A_n. cas has the period 2 pi, so n angles are all there are, and none is large.
Storage hartley_matrix(Index n) {
  const Storage cas(n), matrix(n * n);
  real *c = cas.mutable_data(), *a = matrix.mutable_data();
  for (Index m = 0; m < n; ++m) {
    const double t = 2 * std::numbers::pi * static_cast<double>(m) / static_cast<double>(n);
    c[m] = static_cast<real>((std::cos(t) + std::sin(t)) / std::sqrt(static_cast<double>(n)));
  }
  for (Index k = 0; k < n; ++k)
    for (Index j = 0; j < n; ++j) a[k * n + j] = c[k * j % n];
  return matrix;
}

Storage transform(const Storage& x, const Shape& shape) {
  const Index planes = shape[0] * shape[1], H = shape[2], W = shape[3];
  const Storage left = hartley_matrix(H), right = hartley_matrix(W), rows(x.size()), y(x.size());
  kernels::gemm(planes * H, W, W, {x.data(), W}, {right.data(), W}, rows.mutable_data(), W);
  for (Index begin = 0; begin < x.size(); begin += H * W) {
    kernels::gemm(H, W, H, {left.data(), H}, {rows.data() + begin, W}, y.mutable_data() + begin, W);
  }
  return y;
}

}  // namespace

///     y = A_H x A_W in each plane, A_n[k,j] = cas(2 pi k j / n) / sqrt(n), cas t = cos t + sin t
///     dx = A_H dy A_W
///
/// since A_n is symmetric, and orthogonal. Bracewell, 1983.
struct Hartley2dNode final : Node {
  const char* name() const override { return "hartley2d"; }
  Grads backward(const Storage& dy) const override { return {transform(dy, shape)}; }
};

Tensor hartley2d(const Tensor& x) {
  require(x.shape().rank() == 4, "hartley2d: x must be [N,C,H,W], got ", x.shape());
  Tensor y = Tensor::wrap(x.shape(), transform(x.storage(), x.shape()));
  record<Hartley2dNode>(y, {x});
  return y;
}

}  // namespace glass
