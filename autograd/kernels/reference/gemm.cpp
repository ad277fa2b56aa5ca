#include "autograd/kernels/reference/reference.hpp"

namespace glass::kernels::reference {

void gemm(Index M, Index N, Index K, Matrix a, Matrix b, real* c, Index c_stride, bool accumulate) {
  const auto at = [](const Matrix& m, Index i, Index j) {
    return m.transposed ? m.data[j * m.stride + i] : m.data[i * m.stride + j];
  };
  for (Index i = 0; i < M; ++i)
    for (Index j = 0; j < N; ++j) {
      double sum = accumulate ? c[i * c_stride + j] : 0;
      for (Index k = 0; k < K; ++k) sum += at(a, i, k) * at(b, k, j);
      c[i * c_stride + j] = static_cast<real>(sum);
    }
}

}  // namespace glass::kernels::reference
