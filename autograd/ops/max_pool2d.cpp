#include "autograd/kernels.hpp"
#include "autograd/node.hpp"
#include "autograd/ops.hpp"
#include "autograd/ops/pool_window.hpp"

namespace glass::inline GLASS_PRECISION {

/// y[n,c,p,q] = the largest x[n,c,h,w] under the window. All of dy goes to that element; of equal
/// ones, to the first.
struct MaxPool2dNode final : Node {
  Storage winners;  // one int per output, kept in a pooled buffer: see winner_offsets
  kernels::Window window{};

  /// Where in its plane each output was found. An int is never larger than a `real`.
  static int* winner_offsets(const Storage& buffer) {
    static_assert(sizeof(int) <= sizeof(real));
    return reinterpret_cast<int*>(buffer.data());
  }

  const char* name() const override { return "max_pool2d"; }
  Grads backward(const Storage& dy) const override {
    Storage dx(inputs[0].size());
    kernels::max_pool2d_dx(dy.data(), winner_offsets(winners), dx.data(), window);
    return {dx};
  }
  void release_saved() override { winners = {}; }
};

Tensor max_pool2d(const Tensor& x, const Pool2dOptions& options) {
  const kernels::Window window = pool_window("max_pool2d", x, options);
  Tensor y = Tensor::empty({window.N, window.C, window.P, window.Q});
  const Storage winners(y.size());
  kernels::max_pool2d(x.data(), y.data(), MaxPool2dNode::winner_offsets(winners), window);
  if (auto node = record<MaxPool2dNode>(y, {x})) {
    node->winners = winners;
    node->window = window;
  }
  return y;
}

}  // namespace glass::inline GLASS_PRECISION
