#include <algorithm>

#include "autograd/kernels.hpp"
#include "autograd/node.hpp"
#include "autograd/ops.hpp"

namespace glass::inline GLASS_PRECISION {

/// y[n,o] = bias[o] + sum_i w[o,i] x[n,i], that is y = x w^T + bias. Then dx = dy w, dw = dy^T x,
/// and dbias[o] = sum_n dy[n,o].
struct LinearNode final : Node {
  Storage x, w;
  Index N = 0, in = 0, out = 0;

  const char* name() const override { return "linear"; }

  Grads backward(const Storage& dy) const override {
    Grads grads;
    if (need[0]) {
      grads[0] = Storage(N * in);
      kernels::gemm(N, in, out, {dy.data(), out}, {w.data(), in}, grads[0].data(), in);
    }
    if (need[1]) {  // never while the weights are frozen
      grads[1] = Storage(out * in);
      kernels::gemm(out, in, N, {dy.data(), out, true}, {x.data(), in}, grads[1].data(), in);
      ++kernels::weight_gradient_calls().linear;
    }
    if (need[2]) {
      grads[2] = Storage(out);
      kernels::sum_per_channel(dy.data(), grads[2].data(), N, out, 1);
    }
    return grads;
  }

  std::vector<Saved> saved() override { return {{"x", &x}, {"w", &w}}; }
};

Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  require(x.shape().rank() == 2, "linear: x must be [N,in], got ", x.shape());
  require(weight.shape().rank() == 2, "linear: weight must be [out,in], got ", weight.shape());
  const Index N = x.shape()[0], in = x.shape()[1], out = weight.shape()[0];
  require(weight.shape()[1] == in, "linear: weight ", weight.shape(), " expects ",
          weight.shape()[1], " inputs, got x ", x.shape());
  require(!bias || bias.shape() == Shape{out}, "linear: weight ", weight.shape(), " needs a bias [",
          out, "], got ", bias ? bias.shape() : Shape{});

  Tensor y = Tensor::empty({N, out});
  if (bias) {
    for (Index n = 0; n < N; ++n) std::copy_n(bias.data(), out, y.data() + n * out);
  }
  kernels::gemm(N, out, in, {x.data(), in}, {weight.data(), in, true}, y.data(), out,
                /*accumulate=*/static_cast<bool>(bias));
  if (auto node = record<LinearNode>(y, {x, weight, bias})) {
    node->N = N, node->in = in, node->out = out;
    if (node->need[0]) node->w = weight.storage();
    if (node->need[1]) node->x = x.storage();
  }
  return y;
}

}  // namespace glass::inline GLASS_PRECISION
