#include "autograd/kernels/reference/reference.hpp"

/// Total variation for beta = 2, a sum of squares, whose gradient is the image's Laplacian. Others
/// go to the reference: its time is in square roots and powers.
namespace glass::inline GLASS_PRECISION::kernels {

double total_variation(const real* x, Index planes, Index H, Index W, double beta, double eps) {
  if (using_reference() || beta != 2) {
    return reference::total_variation(x, planes, H, W, beta, eps);
  }
  constexpr Index width = 16;  // of the partial sums: an order of additions that vectorises
  double total = eps * static_cast<double>(planes * H * W);
  for (Index row = 0; row < planes * H; ++row, x += W) {
    const real* below = row % H + 1 < H ? x + W : x;
    const auto square = [=](Index j, Index right) {
      const real dx = x[j + right] - x[j], dy = below[j] - x[j];
      return dx * dx + dy * dy;
    };
    real partial[width] = {};
    Index j = 0;
    for (; j + width < W; j += width)
      for (Index i = 0; i < width; ++i) partial[i] += square(j + i, 1);
    for (; j < W; ++j) total += square(j, j + 1 < W);
    for (const real sum : partial) total += sum;
  }
  return total;
}

void total_variation_dx(const real* x, real* dx, Index planes, Index H, Index W, double beta,
                        double eps, double scale) {
  if (using_reference() || beta != 2) {
    return reference::total_variation_dx(x, dx, planes, H, W, beta, eps, scale);
  }
  const real c = static_cast<real>(2 * scale);
  for (Index row = 0; row < planes * H; ++row, x += W, dx += W) {
    const Index down = row % H + 1 < H ? W : 0, up = row % H > 0 ? W : 0;
    const auto at = [=](Index j, Index left, Index right) {
      dx[j] = c * ((x[j] - x[j - left]) + (x[j] - x[j + right]) + (x[j] - x[j - up]) +
                   (x[j] - x[j + down]));
    };
    at(0, 0, W > 1);
    for (Index j = 1; j + 1 < W; ++j) at(j, 1, 1);
    if (W > 1) at(W - 1, 1, 0);
  }
}

}  // namespace glass::inline GLASS_PRECISION::kernels
