#include <cmath>

#include "autograd/core_ops.hpp"
#include "autograd/node.hpp"

namespace glass {

/// y = sum_ij (q_ij + eps)^(beta/2), with q = right^2 + down^2 of the forward differences. With
/// c = beta (q + eps)^(beta/2 - 1), pixel (i,j) receives -c (right + down), its right neighbour
/// c right and its lower neighbour c down. Mahendran and Vedaldi, 2015.
namespace {

/// The offsets of a pixel's right and lower neighbours; the pixel's own where there is none.
struct Neighbours {
  Index right, down;
  Neighbours(const Shape& shape, Index i) : right(i), down(i) {
    const Index H = shape[2], W = shape[3];
    if (i + 1 < shape.size()) right = i + 1;
    if (i / W % H + 1 < H) down = i + W;
  }
};

}  // namespace

struct TotalVariationNode final : Node {
  Saved x{this, "x"};
  TotalVariationOptions options;

  const char* name() const override { return "total_variation"; }
  Grads backward(const Storage& dy) const override {
    const Shape& xs = inputs[0].shape;
    const Storage dx = Storage::zeros(x.size());
    for (Index i = 0; i < x.size(); ++i) {
      const Neighbours at(xs, i);
      const real right = x.data()[at.right] - x.data()[i], down = x.data()[at.down] - x.data()[i];
      const double q = right * right + down * down + options.eps;
      if (q == 0) continue;
      const auto c = static_cast<real>(options.beta * std::pow(q, options.beta / 2 - 1));
      const real flow = *dy.data() * c;
      dx.mutable_data()[i] -= flow * (right + down);
      dx.mutable_data()[at.right] += flow * right;
      dx.mutable_data()[at.down] += flow * down;
    }
    return {dx};
  }
};

Tensor total_variation(const Tensor& x, const TotalVariationOptions& options) {
  const Shape& xs = x.shape();
  require(xs.rank() == 4, "total_variation: x must be [N,C,H,W], got ", xs);
  require(options.beta > 0, "total_variation: beta must be positive, got ", options.beta);
  require(options.eps >= 0, "total_variation: eps must not be negative, got ", options.eps);
  double total = 0;
  for (Index i = 0; i < x.size(); ++i) {
    const Neighbours at(xs, i);
    const real right = x.data()[at.right] - x.data()[i], down = x.data()[at.down] - x.data()[i];
    total += std::pow(right * right + down * down + options.eps, options.beta / 2);
  }
  const Tensor y = Tensor::scalar(total);
  if (auto node = record<TotalVariationNode>(y, {x})) {
    node->x = x.storage();
    node->options = options;
  }
  return y;
}

}  // namespace glass
