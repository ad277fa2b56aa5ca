#include "autograd/kernels/reference/im2col.hpp"

#include <algorithm>

#include "autograd/storage.hpp"

/// Convolution as a matrix product, the plain way: copy every patch into a column of a matrix, then
/// call gemm. Kept as a step between the naive loops and the fast kernels, which never store that
/// matrix.
namespace glass::kernels::im2col {

namespace {

/// Calls `visit(element of the matrix, element of the image)` for all of [C*R*S, P*Q] that lies
/// inside the image.
template <class Visit>
void for_each_element(const Window& g, Visit visit) {
  for (Index i = 0; i < g.C * g.R * g.S; ++i)
    for (Index p = 0; p < g.P; ++p)
      for (Index q = 0; q < g.Q; ++q) {
        const Index h = p * g.stride.h + i / g.S % g.R * g.dilation.h - g.padding.h;
        const Index w = q * g.stride.w + i % g.S * g.dilation.w - g.padding.w;
        if (h < 0 || h >= g.H || w < 0 || w >= g.W) continue;
        visit((i * g.P + p) * g.Q + q, (i / (g.R * g.S) * g.H + h) * g.W + w);
      }
}

}  // namespace

void conv2d(const real* x, const real* w, const real* bias, real* y, const Window& g) {
  const Index terms = g.C * g.R * g.S, pixels = g.P * g.Q;
  for (Index n = 0; n < g.N; ++n, x += g.C * g.H * g.W, y += g.K * pixels) {
    const Storage patches = Storage::zeros(terms * pixels);
    real* patch = patches.mutable_data();
    for_each_element(g, [&](Index to, Index from) { patch[to] = x[from]; });
    for (Index k = 0; k < g.K; ++k) std::fill_n(y + k * pixels, pixels, bias ? bias[k] : real(0));
    gemm(g.K, pixels, terms, {w, terms}, {patches.data(), pixels}, y, pixels, true);
  }
}

void conv2d_dx(const real* dy, const real* w, real* dx, const Window& g) {
  const Index terms = g.C * g.R * g.S, pixels = g.P * g.Q;
  std::fill_n(dx, g.N * g.C * g.H * g.W, real(0));
  for (Index n = 0; n < g.N; ++n, dx += g.C * g.H * g.W, dy += g.K * pixels) {
    const Storage patches(terms * pixels);
    gemm(terms, pixels, g.K, {w, terms, true}, {dy, pixels}, patches.mutable_data(), pixels);
    for_each_element(g, [&](Index from, Index to) { dx[to] += patches.data()[from]; });
  }
}

void conv2d_dw(const real* dy, const real* x, real* dw, const Window& g) {
  const Index terms = g.C * g.R * g.S, pixels = g.P * g.Q;
  std::fill_n(dw, g.K * terms, real(0));
  for (Index n = 0; n < g.N; ++n, x += g.C * g.H * g.W, dy += g.K * pixels) {
    const Storage patches = Storage::zeros(terms * pixels);
    real* patch = patches.mutable_data();
    for_each_element(g, [&](Index to, Index from) { patch[to] = x[from]; });
    gemm(g.K, terms, pixels, {dy, pixels}, {patches.data(), pixels, true}, dw, terms, true);
  }
}

}  // namespace glass::kernels::im2col
