#include <cmath>

#include "autograd/loops.hpp"
#include "autograd/node.hpp"
#include "autograd/ops.hpp"

namespace glass {

///     y = (x - mean) / sqrt(var + eps) in each row
///     dx = (dy - sum dy / K - y sum dy y / K) / sqrt(var + eps)
///
/// mean and var move with x: what this adds removes from dy its part along the two directions in which
/// y cannot move, its mean and its scale. K is the length of a row.
struct LayerNormNode final : Node {
  Saved y{this, "y"}, inverse_std{this, "inverse_std"};

  const char* name() const override { return "layer_norm"; }
  Grads backward(const Storage& dy) const override {
    const Index K = shape[1];
    Storage dx(dy.size());
    const real *all_y = y.data(), *all_dy = dy.data(), *scales = inverse_std.data();
    real* to = dx.mutable_data();
    kernels::for_each_chunk(shape[0], kernels::elementwise * K, [=](Index first, Index last) {
      for (Index row = first; row < last; ++row) {
        const real *v = all_y + row * K, *d = all_dy + row * K;
        const auto mean_of = [=](auto f) {
          return static_cast<real>(sum_over(0, K, f) / static_cast<double>(K));
        };
        const real level = mean_of([=](Index i) { return d[i]; });
        const real slope = mean_of([=](Index i) { return d[i] * v[i]; });
        for (Index i = 0; i < K; ++i) to[row * K + i] = (d[i] - level - v[i] * slope) * scales[row];
      }
    });
    return {dx};
  }
};

Tensor layer_norm(const Tensor& x, double eps) {
  require(x.shape().rank() == 2 && x.shape()[1] > 0, "layer_norm: x must be [M,K], got ",
          x.shape());
  require(eps > 0, "layer_norm: eps must be positive, got ", eps);
  const Index M = x.shape()[0], K = x.shape()[1];
  Tensor y = Tensor::empty(x.shape());
  const Storage inverse_std(M);
  const real* from = x.data();
  real *to = y.mutable_data(), *scales = inverse_std.mutable_data();
  kernels::for_each_chunk(M, kernels::elementwise * K, [=](Index first, Index last) {
    for (Index row = first; row < last; ++row) {
      const real* v = from + row * K;
      const auto size = static_cast<double>(K);
      const auto m = static_cast<real>(sum_over(0, K, [=](Index i) { return v[i]; }) / size);
      const double variance =
          sum_over(0, K, [=](Index i) { return (v[i] - m) * (v[i] - m); }) / size;
      const real scale = scales[row] = static_cast<real>(1 / std::sqrt(variance + eps));
      for (Index i = 0; i < K; ++i) to[row * K + i] = (v[i] - m) * scale;
    }
  });
  if (auto node = record<LayerNormNode>(y, {x})) {
    node->y = y.storage();
    node->inverse_std = inverse_std;
  }
  return y;
}

}  // namespace glass
