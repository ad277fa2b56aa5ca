#include "autograd/kernels/pool2d.hpp"

#include <algorithm>
#include <cmath>

namespace glass::kernels::reference {

namespace {

/// Calls `visit(y_offset, x_offset)` for every pixel inside every window, window by window.
template <class Visit>
void for_each_pixel(const Window& g, Visit visit) {
  for (Index nc = 0; nc < g.N * g.C; ++nc)
    for (Index p = 0; p < g.P; ++p)
      for (Index q = 0; q < g.Q; ++q)
        for (Index r = 0; r < g.R; ++r)
          for (Index s = 0; s < g.S; ++s) {
            const Index h = p * g.stride.h + r * g.dilation.h - g.padding.h;
            const Index w = q * g.stride.w + s * g.dilation.w - g.padding.w;
            if (h < 0 || h >= g.H || w < 0 || w >= g.W) continue;
            visit((nc * g.P + p) * g.Q + q, (nc * g.H + h) * g.W + w);
          }
}

}  // namespace

void max_pool2d(const real* x, real* y, const Window& g) {
  std::fill_n(y, g.N * g.C * g.P * g.Q, real(0));  // for windows that lie in the padding alone
  Index begun = -1;                                // the last window of which a pixel was seen
  for_each_pixel(g, [&](Index yi, Index xi) {
    if (yi != begun || x[xi] > y[yi] || std::isnan(x[xi])) y[yi] = x[xi];
    begun = yi;
  });
}

void max_pool2d_dx(const real* dy, const real* x, const real* y, real* dx, const Window& g) {
  std::fill_n(dx, g.N * g.C * g.H * g.W, real(0));
  Index served = -1;  // the last window whose winner was found
  for_each_pixel(g, [&](Index yi, Index xi) {
    if (yi == served || x[xi] != y[yi]) return;
    dx[xi] += dy[yi];
    served = yi;
  });
}

void avg_pool2d(const real* x, real* y, const Window& g) {
  std::fill_n(y, g.N * g.C * g.P * g.Q, real(0));
  const real share = real(1) / static_cast<real>(g.R * g.S);
  for_each_pixel(g, [=](Index yi, Index xi) { y[yi] += share * x[xi]; });
}

void avg_pool2d_dx(const real* dy, real* dx, const Window& g) {
  std::fill_n(dx, g.N * g.C * g.H * g.W, real(0));
  const real share = real(1) / static_cast<real>(g.R * g.S);
  for_each_pixel(g, [=](Index yi, Index xi) { dx[xi] += share * dy[yi]; });
}

}  // namespace glass::kernels::reference
