#include <algorithm>

#include "autograd/core_ops.hpp"
#include "autograd/kernels.hpp"
#include "autograd/node.hpp"
#include "docs/exercises/not_implemented.hpp"

namespace glass {

/// y[n,o] = bias[o] + sum_i w[o,i] x[n,i], that is y = x w^T + bias.
struct LinearNode final : Node {
  Saved x{this, "x"}, w{this, "w"};
  Index N = 0, in = 0, out = 0;

  const char* name() const override { return "linear"; }

  Grads backward([[maybe_unused]] const Storage& dy) const override {
    Grads grads(inputs.size());
    // In each case make the buffer: `grads[0] = Storage::zeros(N * in);`, to add to, for a new
    // `Storage(N * in)` is not filled. Element (n,o) of dy is `dy.data()[n * out + o]`.
    if (need[0]) {  // dx [N,in]
      throw NotImplemented("Exercise 4: linear, its three gradients");
    }
    if (need[1]) {  // dw [out,in]
      throw NotImplemented("Exercise 4: linear, its three gradients");
    }
    if (need[2]) {  // dbias [out]
      throw NotImplemented("Exercise 4: linear, its three gradients");
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
