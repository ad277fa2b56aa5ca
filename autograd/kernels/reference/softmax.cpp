#include <algorithm>
#include <cmath>

#include "autograd/kernels/reference/reference.hpp"

namespace glass::kernels::reference {

/// log softmax(x)_j = x_j - log sum_k exp(x_k). The row's maximum m is taken out of the sum,
/// m + log sum_k exp(x_k - m), so that no exponential overflows.
void log_softmax(const real* x, real* y, Index rows, Index columns) {
  for (Index i = 0; i < rows; ++i, x += columns, y += columns) {
    const double maximum = *std::max_element(x, x + columns);
    double sum = 0;
    for (Index j = 0; j < columns; ++j) sum += std::exp(x[j] - maximum);
    for (Index j = 0; j < columns; ++j) y[j] = static_cast<real>(x[j] - maximum - std::log(sum));
  }
}

void softmax(const real* x, real* y, Index rows, Index columns) {
  log_softmax(x, y, rows, columns);
  for (Index i = 0; i < rows * columns; ++i) y[i] = std::exp(y[i]);
}

}  // namespace glass::kernels::reference
