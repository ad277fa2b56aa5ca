#include <algorithm>

#include "autograd/kernels/reference/reference.hpp"

namespace glass::inline GLASS_PRECISION::kernels::reference {

namespace {

/// Calls `visit(y_offset, plane, pixel)` for every pixel inside every window: `plane` is the offset
/// of x[n,c], `pixel` that of (h,w) within it.
template <class Visit>
void for_each_pixel(const Window& g, Visit visit) {
  for (Index nc = 0; nc < g.N * g.C; ++nc)
    for (Index p = 0; p < g.P; ++p)
      for (Index q = 0; q < g.Q; ++q)
        for (Index r = 0; r < g.R; ++r)
          for (Index s = 0; s < g.S; ++s) {
            const Index h = p * g.stride.h + r - g.padding.h;
            const Index w = q * g.stride.w + s - g.padding.w;
            if (h < 0 || h >= g.H || w < 0 || w >= g.W) continue;
            visit((nc * g.P + p) * g.Q + q, nc * g.H * g.W, h * g.W + w);
          }
}

}  // namespace

void max_pool2d(const real* x, real* y, int* argmax, const Window& g) {
  std::fill_n(argmax, g.N * g.C * g.P * g.Q, -1);
  std::fill_n(y, g.N * g.C * g.P * g.Q, real(0));
  for_each_pixel(g, [=](Index yi, Index plane, Index pixel) {
    const real value = x[plane + pixel];
    if (argmax[yi] < 0 || value > y[yi]) {
      y[yi] = value;
      argmax[yi] = static_cast<int>(pixel);
    }
  });
}

void max_pool2d_dx(const real* dy, const int* argmax, real* dx, const Window& g) {
  std::fill_n(dx, g.N * g.C * g.H * g.W, real(0));
  for (Index i = 0; i < g.N * g.C * g.P * g.Q; ++i) {
    if (argmax[i] >= 0) dx[i / (g.P * g.Q) * g.H * g.W + argmax[i]] += dy[i];
  }
}

void avg_pool2d(const real* x, real* y, const Window& g) {
  std::fill_n(y, g.N * g.C * g.P * g.Q, real(0));
  const real share = real(1) / static_cast<real>(g.R * g.S);
  for_each_pixel(g, [=](Index yi, Index plane, Index pixel) { y[yi] += share * x[plane + pixel]; });
}

void avg_pool2d_dx(const real* dy, real* dx, const Window& g) {
  std::fill_n(dx, g.N * g.C * g.H * g.W, real(0));
  const real share = real(1) / static_cast<real>(g.R * g.S);
  for_each_pixel(g,
                 [=](Index yi, Index plane, Index pixel) { dx[plane + pixel] += share * dy[yi]; });
}

}  // namespace glass::inline GLASS_PRECISION::kernels::reference
