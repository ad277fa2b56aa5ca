#include "autograd/kernels.hpp"
#include "autograd/node.hpp"
#include "autograd/ops.hpp"

namespace glass {

///     y = a b
///     da = dy b^T
///     db = a^T dy
///
/// with a[M,K] and b[K,N].
struct MatmulNode final : Node {
  Saved a{this, "a"}, b{this, "b"};
  Index M = 0, N = 0, K = 0;

  const char* name() const override { return "matmul"; }

  Grads backward(const Storage& dy) const override {
    Grads grads(inputs.size());
    if (need[0]) {
      grads[0] = Storage(M * K);
      kernels::gemm(M, K, N, {dy.data(), N}, {b.data(), N, true}, grads[0].mutable_data(), K);
    }
    if (need[1]) {
      grads[1] = Storage(K * N);
      kernels::gemm(K, N, M, {a.data(), K, true}, {dy.data(), N}, grads[1].mutable_data(), N);
    }
    return grads;
  }
};

Tensor matmul(const Tensor& a, const Tensor& b) {
  require(a.shape().rank() == 2 && b.shape().rank() == 2 && a.shape()[1] == b.shape()[0],
          "matmul: expects [M,K] and [K,N], got ", a.shape(), " and ", b.shape());
  const Index M = a.shape()[0], K = a.shape()[1], N = b.shape()[1];
  Tensor y = Tensor::empty({M, N});
  kernels::gemm(M, N, K, {a.data(), K}, {b.data(), N}, y.mutable_data(), N);
  if (auto node = record<MatmulNode>(y, {a, b})) {
    node->M = M, node->N = N, node->K = K;
    if (node->need[0]) node->b = b.storage();
    if (node->need[1]) node->a = a.storage();
  }
  return y;
}

}  // namespace glass
