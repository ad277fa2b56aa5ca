#include "autograd/kernels/pool2d.hpp"
#include "autograd/node.hpp"
#include "autograd/ops.hpp"
#include "autograd/ops/pool_window.hpp"

namespace glass {

///     y[n,c,p,q] = the largest x[n,c,h,w] under the window
///     dx[n,c,h,w] = dy from each window whose largest it is; of equal ones the first, of NaN none
struct MaxPool2dNode final : Node {
  Saved x{this, "x"}, y{this, "y"};
  kernels::Window window{};

  const char* name() const override { return "max_pool2d"; }
  Grads backward(const Storage& dy) const override {
    Storage dx(inputs[0].shape.size());
    kernels::max_pool2d_dx(dy.data(), x.data(), y.data(), dx.mutable_data(), window);
    return {dx};
  }
};

Tensor max_pool2d(const Tensor& x, const Pool2dOptions& options) {
  const kernels::Window window = pool_window("max_pool2d", x.shape(), options);
  Tensor y = Tensor::empty({window.N, window.C, window.P, window.Q});
  kernels::max_pool2d(x.data(), y.mutable_data(), window);
  if (auto node = record<MaxPool2dNode>(y, {x})) {
    node->x = x.storage();
    node->y = y.storage();
    node->window = window;
  }
  return y;
}

}  // namespace glass
