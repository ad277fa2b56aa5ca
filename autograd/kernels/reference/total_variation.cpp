#include <algorithm>
#include <cmath>

#include "autograd/kernels/reference/reference.hpp"

namespace glass::kernels::reference {

namespace {

/// Calls `visit(i, right, down)` for every pixel: its offset and those of its two neighbours, which
/// are the pixel itself on the last column and row. So the difference across the border is zero.
template <class Visit>
void for_each_pixel(Index planes, Index H, Index W, Visit visit) {
  for (Index row = 0; row < planes * H; ++row)
    for (Index j = 0; j < W; ++j) {
      const Index i = row * W + j;
      visit(i, j + 1 < W ? i + 1 : i, row % H + 1 < H ? i + W : i);
    }
}

/// base^exponent; pow would take most of the time for the exponents that beta = 1 needs.
double power(double base, double exponent) {
  if (exponent == 0.5) return std::sqrt(base);
  if (exponent == -0.5) return 1 / std::sqrt(base);
  return std::pow(base, exponent);
}

}  // namespace

double total_variation(const real* x, Index planes, Index H, Index W, double beta, double eps) {
  double sum = 0;
  for_each_pixel(planes, H, W, [&](Index i, Index right, Index down) {
    const double dx = x[right] - x[i], dy = x[down] - x[i];
    sum += power(dx * dx + dy * dy + eps, beta / 2);
  });
  return sum;
}

/// With c = beta (q + eps)^(beta/2 - 1), pixel i receives -c (right + down), and its neighbours
/// receive c right and c down. Where q + eps = 0 the gradient is taken to be 0.
void total_variation_dx(const real* x, real* grad, Index planes, Index H, Index W, double beta,
                        double eps, double scale) {
  std::fill_n(grad, planes * H * W, real(0));
  for_each_pixel(planes, H, W, [&](Index i, Index right, Index down) {
    const double dx = x[right] - x[i], dy = x[down] - x[i];
    const double q = dx * dx + dy * dy + eps;
    if (q == 0) return;
    const double c = scale * beta * power(q, beta / 2 - 1);
    grad[i] -= static_cast<real>(c * (dx + dy));
    grad[right] += static_cast<real>(c * dx);
    grad[down] += static_cast<real>(c * dy);
  });
}

}  // namespace glass::kernels::reference
