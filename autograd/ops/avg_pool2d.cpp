#include "autograd/kernels/pool2d.hpp"
#include "autograd/node.hpp"
#include "autograd/ops.hpp"
#include "autograd/ops/pool_window.hpp"

namespace glass {

///     y[n,c,p,q] = (1 / RS) sum_{r,s} x[n,c,h,w]
///     dx[n,c,h,w] = dy / RS from each window that it lies under
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

}  // namespace glass
