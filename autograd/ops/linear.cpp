#include <algorithm>

#include "autograd/core_ops.hpp"
#include "autograd/kernels.hpp"
#include "autograd/node.hpp"

namespace glass {

///     y[n,o] = b[o] + sum_i w[o,i] x[n,i]
///     dx[n,i] = sum_o dy[n,o] w[o,i]
///     dw[o,i] = sum_n dy[n,o] x[n,i]
///     db[o] = sum_n dy[n,o]
///
/// As matrices: y = x w^T + b, dx = dy w, dw = dy^T x.
struct LinearNode final : Node {
  Saved x{this, "x"}, w{this, "w"};
  Index N = 0, in = 0, out = 0;

  const char* name() const override { return "linear"; }

  Grads backward(const Storage& dy) const override {
    Grads grads(inputs.size());
    if (need[0]) {
      grads[0] = Storage(N * in);
      kernels::gemm(N, in, out, {dy.data(), out}, {w.data(), in}, grads[0].mutable_data(), in);
    }
    if (need[1]) {  // never while the weights are frozen
      grads[1] = Storage(out * in);
      kernels::gemm(out, in, N, {dy.data(), out, true}, {x.data(), in}, grads[1].mutable_data(),
                    in);
      ++kernels::weight_gradient_calls().linear;
    }
    if (need[2]) {
      grads[2] = Storage(out);
      kernels::sum_per_channel(dy.data(), grads[2].mutable_data(), N, out, 1);
    }
    return grads;
  }
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
    for (Index n = 0; n < N; ++n) std::copy_n(bias.data(), out, y.mutable_data() + n * out);
  }
  kernels::gemm(N, out, in, {x.data(), in}, {weight.data(), in, true}, y.mutable_data(), out,
                /*accumulate=*/static_cast<bool>(bias));
  if (auto node = record<LinearNode>(y, {x, weight, bias})) {
    node->N = N, node->in = in, node->out = out;
    if (node->need[0]) node->w = weight.storage();
    if (node->need[1]) node->x = x.storage();
  }
  return y;
}

}  // namespace glass
