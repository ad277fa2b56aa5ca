#include <cmath>
#include <numeric>

#include "autograd/kernels.hpp"
#include "autograd/node.hpp"
#include "autograd/ops.hpp"

namespace glass {

///     y_k = x_k - log sum_j e^{x_j} in each row
///     dx_j = dy_j - e^{y_j} sum_k dy_k
///
/// since dy_k/dx_j = delta_kj - e^{y_j}.
struct LogSoftmaxNode final : Node {
  Saved y{this, "y"};

  const char* name() const override { return "log_softmax"; }
  Grads backward(const Storage& dy) const override {
    const Index K = shape[1];
    Storage dx(dy.size());
    real* to = dx.mutable_data();
    for (Index row = 0; row < dy.size(); row += K) {
      const real *log_p = y.data() + row, *d = dy.data() + row;
      const real total = std::accumulate(d, d + K, real(0));
      for (Index j = 0; j < K; ++j) to[row + j] = d[j] - std::exp(log_p[j]) * total;
    }
    return {dx};
  }
};

Tensor log_softmax(const Tensor& x) {
  require(x.shape().rank() == 2 && x.shape()[1] > 0, "log_softmax: x must be [N,K], got ",
          x.shape());
  Tensor y = Tensor::empty(x.shape());
  kernels::log_softmax(x.data(), y.mutable_data(), x.shape()[0], x.shape()[1]);
  if (auto node = record<LogSoftmaxNode>(y, {x})) node->y = y.storage();
  return y;
}

}  // namespace glass
