#include "autograd/core_ops.hpp"
#include "autograd/kernels.hpp"
#include "autograd/node.hpp"
#include "docs/exercises/not_implemented.hpp"

namespace glass {

/// y[n,k,p,q] = bias[k] + sum_{c,r,s} w[k,c,r,s] x[n,c,h,w]
///
/// with h = p * stride + r - padding and w = q * stride + s - padding; outside the image x is 0.
///
/// y is linear in each of x, w and bias, so each gradient is a sum over the products above in which
/// it takes part. What is left of such a product, if one of its factors is what moves?
struct Conv2dNode final : Node {
  Saved x{this, "x"}, w{this, "w"};
  kernels::Window window{};

  const char* name() const override { return "conv2d"; }

  Grads backward(const Storage& dy) const override {
    Grads grads(inputs.size());
    if (need[0]) {
      grads[0] = Storage(inputs[0].shape.size());
      kernels::conv2d_dx(dy.data(), w.data(), grads[0].mutable_data(), window);
    }
    if (need[1]) {
      // dw is as large as w: begin with Storage::zeros(inputs[1].shape.size()), to add to. `window` has
      // the sizes: see autograd/geometry.hpp. (Take its dilation and groups for 1, as they are here.)
      throw NotImplemented("Exercise 6: conv2d, gradient to the weights");
    }
    if (need[2]) {
      // dbias has `window.K` elements.
      throw NotImplemented("Exercise 6: conv2d, gradient to the weights");
    }
    return grads;
  }
};

namespace {

kernels::Window checked_window(const Tensor& x, const Tensor& w, const Tensor& bias,
                               const Conv2dOptions& options) {
  require(x.shape().rank() == 4, "conv2d: x must be [N,C,H,W], got ", x.shape());
  require(w.shape().rank() == 4, "conv2d: weight must be [K,C,R,S], got ", w.shape());
  const Shape &xs = x.shape(), &ws = w.shape();
  const Index groups = options.groups;
  require(groups > 0 && ws[0] % groups == 0, "conv2d: groups must divide the ", ws[0],
          " output channels of weight ", ws, ", got ", groups);
  require(xs[1] == ws[1] * groups, "conv2d: weight ", ws, " expects ", ws[1] * groups,
          " input channels, got x ", xs);
  require(!bias || bias.shape() == Shape{ws[0]}, "conv2d: weight ", ws, " needs a bias [", ws[0],
          "], got ", bias ? bias.shape() : Shape{});
  kernels::Window window = sliding_window("conv2d", xs, ws[0], {ws[2], ws[3]}, options.stride,
                                          options.padding, options.dilation);
  window.groups = groups;
  return window;
}

}  // namespace

Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias,
              const Conv2dOptions& options) {
  const kernels::Window window = checked_window(x, weight, bias, options);
  Tensor y = Tensor::empty({window.N, window.K, window.P, window.Q});
  kernels::conv2d(x.data(), weight.data(), bias ? bias.data() : nullptr, y.mutable_data(), window);
  if (auto node = record<Conv2dNode>(y, {x, weight, bias})) {
    node->window = window;
    if (node->need[0]) node->w = weight.storage();
    if (node->need[1]) node->x = x.storage();
  }
  return y;
}

}  // namespace glass
