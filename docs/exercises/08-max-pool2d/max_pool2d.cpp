#include <cmath>

#include "autograd/geometry.hpp"
#include "autograd/node.hpp"
#include "autograd/ops.hpp"
#include "autograd/ops/pool_window.hpp"
#include "docs/exercises/not_implemented.hpp"

namespace glass {

/// y[n,c,p,q] = the largest x[n,c,h,w] under the window. All of dy goes to that element; of equal
/// ones, to the first; of NaN, to none.
struct MaxPool2dNode final : Node {
  Saved x{this, "x"}, y{this, "y"};
  kernels::Window window{};

  const char* name() const override { return "max_pool2d"; }
  Grads backward([[maybe_unused]] const Storage& dy) const override {
    const Storage dx = Storage::zeros(inputs[0].shape.size());
    // Who won was not written down: x and y are what is left of the forward pass.
    throw NotImplemented("Exercise 8: max_pool2d, forward and backward");
    return {dx};
  }
};

Tensor max_pool2d(const Tensor& x, const Pool2dOptions& options) {
  const kernels::Window window = pool_window("max_pool2d", x.shape(), options);
  Tensor y = Tensor::empty({window.N, window.C, window.P, window.Q});
  // y is not filled yet. `window` has the sizes: see autograd/geometry.hpp. (Take its dilation for 1.)
  throw NotImplemented("Exercise 8: max_pool2d, forward and backward");
  if (auto node = record<MaxPool2dNode>(y, {x})) {
    node->x = x.storage();
    node->y = y.storage();
    node->window = window;
  }
  return y;
}

}  // namespace glass
