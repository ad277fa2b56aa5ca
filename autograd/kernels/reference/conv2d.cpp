#include <algorithm>

#include "autograd/kernels/reference/reference.hpp"

namespace glass::kernels::reference {

namespace {

/// Calls `visit(y_offset, x_offset, w_offset)` for every product that a convolution sums: output
/// (n,k,p,q) meets input (n,c,h,w) through weight (k,c,r,s) where h = p * stride + r * dilation -
/// padding, and c counts from the first channel of k's group. Inputs in the padding are zero and
/// skipped. All three directions are this one loop.
template <class Visit>
void for_each_product(const Window& g, Visit visit) {
  const Index inputs = g.C / g.groups, outputs = g.K / g.groups;  // of one group
  for (Index n = 0; n < g.N; ++n)
    for (Index k = 0; k < g.K; ++k)
      for (Index p = 0; p < g.P; ++p)
        for (Index q = 0; q < g.Q; ++q)
          for (Index c = 0, channel = k / outputs * inputs; c < inputs; ++c, ++channel)
            for (Index r = 0; r < g.R; ++r)
              for (Index s = 0; s < g.S; ++s) {
                const Index h = p * g.stride.h + r * g.dilation.h - g.padding.h;
                const Index w = q * g.stride.w + s * g.dilation.w - g.padding.w;
                if (h < 0 || h >= g.H || w < 0 || w >= g.W) continue;
                visit(((n * g.K + k) * g.P + p) * g.Q + q,
                      ((n * g.C + channel) * g.H + h) * g.W + w,
                      ((k * inputs + c) * g.R + r) * g.S + s);
              }
}

}  // namespace

/// y[n,k,p,q] = bias[k] + sum_{c,r,s} w[k,c,r,s] x[n,c,h,w]
void conv2d(const real* x, const real* w, const real* bias, real* y, const Window& g) {
  for (Index i = 0; i < g.N * g.K * g.P * g.Q; ++i) {
    y[i] = bias ? bias[i / (g.P * g.Q) % g.K] : real(0);
  }
  for_each_product(g, [=](Index yi, Index xi, Index wi) { y[yi] += w[wi] * x[xi]; });
}

/// dx[n,c,h,w] = sum over the outputs that read it of w[k,c,r,s] dy[n,k,p,q]
void conv2d_dx(const real* dy, const real* w, real* dx, const Window& g) {
  std::fill_n(dx, g.N * g.C * g.H * g.W, real(0));
  for_each_product(g, [=](Index yi, Index xi, Index wi) { dx[xi] += w[wi] * dy[yi]; });
}

/// dw[k,c,r,s] = sum over the outputs that used it of x[n,c,h,w] dy[n,k,p,q]
void conv2d_dw(const real* dy, const real* x, real* dw, const Window& g) {
  std::fill_n(dw, g.K * g.C / g.groups * g.R * g.S, real(0));
  for_each_product(g, [=](Index yi, Index xi, Index wi) { dw[wi] += x[xi] * dy[yi]; });
}

void sum_per_channel(const real* dy, real* db, Index N, Index K, Index pixels) {
  for (Index k = 0; k < K; ++k) {
    double sum = 0;
    for (Index n = 0; n < N; ++n)
      for (Index i = 0; i < pixels; ++i) sum += dy[(n * K + k) * pixels + i];
    db[k] = static_cast<real>(sum);
  }
}

}  // namespace glass::kernels::reference
