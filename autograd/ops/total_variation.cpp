#include "autograd/core_ops.hpp"
#include "autograd/kernels.hpp"
#include "autograd/node.hpp"

namespace glass {

///     y = sum_ij (q_ij + eps)^(beta/2), with q = right^2 + down^2 of the forward differences
///     dx[i,j] = -c (right + down), its right neighbour gets c right, its lower one c down, with
///         c = beta (q + eps)^(beta/2 - 1) dy
///
/// Mahendran and Vedaldi, 2015.
struct TotalVariationNode final : Node {
  Saved x{this, "x"};
  TotalVariationOptions options;

  const char* name() const override { return "total_variation"; }
  Grads backward(const Storage& dy) const override {
    const Shape& xs = inputs[0].shape;
    Storage dx(x.size());
    kernels::total_variation_dx(x.data(), dx.mutable_data(), xs[0] * xs[1], xs[2], xs[3],
                                options.beta, options.eps, *dy.data());
    return {dx};
  }
};

Tensor total_variation(const Tensor& x, const TotalVariationOptions& options) {
  const Shape& xs = x.shape();
  require(xs.rank() == 4, "total_variation: x must be [N,C,H,W], got ", xs);
  require(options.beta > 0, "total_variation: beta must be positive, got ", options.beta);
  require(options.eps >= 0, "total_variation: eps must not be negative, got ", options.eps);
  Tensor y = Tensor::scalar(
      kernels::total_variation(x.data(), xs[0] * xs[1], xs[2], xs[3], options.beta, options.eps));
  if (auto node = record<TotalVariationNode>(y, {x})) {
    node->x = x.storage();
    node->options = options;
  }
  return y;
}

}  // namespace glass
