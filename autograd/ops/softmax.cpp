#include <numeric>

#include "autograd/kernels.hpp"
#include "autograd/node.hpp"
#include "autograd/ops.hpp"

namespace glass {

///     y_k = e^{x_k} / sum_j e^{x_j} in each row
///     dx_j = y_j (dy_j - sum_k dy_k y_k)
///
/// since dy_k/dx_j = y_k (delta_kj - y_j).
struct SoftmaxNode final : Node {
  Saved y{this, "y"};

  const char* name() const override { return "softmax"; }
  Grads backward(const Storage& dy) const override {
    const Index K = shape[1];
    Storage dx(dy.size());
    real* to = dx.mutable_data();
    for (Index row = 0; row < dy.size(); row += K) {
      const real *p = y.data() + row, *d = dy.data() + row;
      const real weighted = std::inner_product(p, p + K, d, real(0));
      for (Index j = 0; j < K; ++j) to[row + j] = p[j] * (d[j] - weighted);
    }
    return {dx};
  }
};

Tensor softmax(const Tensor& x) {
  require(x.shape().rank() == 2 && x.shape()[1] > 0, "softmax: x must be [N,K], got ", x.shape());
  Tensor y = Tensor::empty(x.shape());
  kernels::softmax(x.data(), y.mutable_data(), x.shape()[0], x.shape()[1]);
  if (auto node = record<SoftmaxNode>(y, {x})) node->y = y.storage();
  return y;
}

}  // namespace glass
