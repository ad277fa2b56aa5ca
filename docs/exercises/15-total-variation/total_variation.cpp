#include <cmath>

#include "autograd/core_ops.hpp"
#include "autograd/node.hpp"
#include "docs/exercises/not_implemented.hpp"

namespace glass {

/// y = sum_ij (right^2 + down^2 + eps)^(beta/2), over all pixels (i,j) of all images and channels
///
/// with right = x[i,j+1] - x[i,j] and down = x[i+1,j] - x[i,j]. A difference that leaves the image is
/// 0. Mahendran and Vedaldi, 2015.
struct TotalVariationNode final : Node {
  Saved x{this, "x"};
  TotalVariationOptions options;

  const char* name() const override { return "total_variation"; }
  Grads backward([[maybe_unused]] const Storage& dy) const override {
    // dx is as large as x, whose shape is inputs[0].shape: begin with Storage::zeros(x.size()), and
    // let each term of the sum add to the pixels that it reads. dy is one number, *dy.data().
    throw NotImplemented("Exercise 15: total_variation, the gradient");
  }
};

Tensor total_variation(const Tensor& x, const TotalVariationOptions& options) {
  const Shape& xs = x.shape();
  require(xs.rank() == 4, "total_variation: x must be [N,C,H,W], got ", xs);
  require(options.beta > 0, "total_variation: beta must be positive, got ", options.beta);
  require(options.eps >= 0, "total_variation: eps must not be negative, got ", options.eps);
  double total = 0;
  // Pixel (i,j) of plane p, of N C planes of H W pixels, is x.data()[(p * H + i) * W + j].
  throw NotImplemented("Exercise 15: total_variation, the sum");
  Tensor y = Tensor::scalar(total);
  if (auto node = record<TotalVariationNode>(y, {x})) {
    node->x = x.storage();
    node->options = options;
  }
  return y;
}

}  // namespace glass
