#include "autograd/kernels/pool2d.hpp"

#include <limits>

#include "autograd/implementation.hpp"
#include "autograd/kernels/runs.hpp"
#include "autograd/kernels/simd.hpp"
#include "autograd/storage.hpp"
#include "autograd/threads.hpp"

/// Pooling by 2x2 windows that tile the image, as our networks do it, a block of windows at a time
/// and without branches: as many as a vector holds or, in a narrow image, half as many, and so on.
/// The last block of a row overlaps the one before. The maximum under other windows looks at one pixel of
/// each after the other, of a row of windows at a time. What is left goes to the reference.
namespace glass::kernels {
namespace {

bool tiles_by_2x2(const Window& g) {
  return !using_reference() && g.R == 2 && g.S == 2 && g.stride == 2 && g.padding == 0 &&
         g.dilation == 1 && g.H % 2 == 0 && g.W % 2 == 0 && g.Q > 1;
}

/// Calls `visit(block, pixel, window)` for each block: the offsets in x and y of its first window.
template <int width = lanes, class Visit>
void for_each_block(const Window& g, const Visit& visit) {
  if constexpr (width > 2) {
    if (width > g.Q) return for_each_block<width / 2>(g, visit);
  }
  const BlockOf<width> block;
  for_each_chunk(g.N * g.C, elementwise * g.H * g.W, [&](Index first_plane, Index last_plane) {
    for (Index row = first_plane * g.P; row < last_plane * g.P; ++row)
      for (Index start = 0; start < g.Q; start += width) {
        const Index q = std::min(start, g.Q - width);
        visit(block, 2 * (row * g.W + q), row * g.Q + q);
      }
  });
}

/// Whether each window is sure to see a pixel.
bool all_see(const Window& g) {
  return !using_reference() && g.dilation == 1 && g.padding.h < g.R && g.padding.w < g.S;
}

/// For each pixel of a window `visit(window, pixel, count, stride)`: of a row of windows, those at
/// window + i, i < count, see the pixels at pixel + i * stride.
template <class Visit>
void for_each_pixel(const Window& g, const Visit& visit) {
  Window plane = g;
  plane.C = 1;
  for_each_chunk(g.N * g.C, elementwise * g.P * g.Q * g.R * g.S, [&](Index first, Index last) {
    for (Index i = first; i < last; ++i) {
      for_each_run(plane, 0, g.R * g.S, 0, g.P * g.Q,
                   [&](Index, Index window, Index pixel, Index count, auto stride) {
                     visit(i * g.P * g.Q + window, i * g.H * g.W + pixel, count, stride);
                   });
    }
  });
}

/// The larger one of numbers or vectors; NaN is larger than any.
constexpr auto larger = [](auto u, auto v) { return ((v > u) | (v != v)) ? v : u; };

}  // namespace

void max_pool2d(const real* x, real* y, const Window& g) {
  if (!tiles_by_2x2(g)) {
    if (!all_see(g)) return reference::max_pool2d(x, y, g);
    std::fill_n(y, g.N * g.C * g.P * g.Q, -std::numeric_limits<real>::infinity());
    return for_each_pixel(g, [=](Index window, Index pixel, Index count, auto stride) {
      for (Index i = 0; i < count; ++i)
        y[window + i] = larger(y[window + i], x[pixel + i * stride]);
    });
  }
  for_each_block(g, [&](const auto block, Index pixel, Index window) {
    const auto [a, b] = block.load_pairs(x + pixel);
    const auto [c, d] = block.load_pairs(x + pixel + g.W);
    block.store(y + window, larger(larger(a, b), larger(c, d)));
  });
}

void max_pool2d_dx(const real* dy, const real* x, const real* y, real* dx, const Window& g) {
  if (!tiles_by_2x2(g)) {
    if (!all_see(g)) return reference::max_pool2d_dx(dy, x, y, dx, g);
    const Storage rest(g.N * g.C * g.P * g.Q);  // what no pixel has taken yet
    real* left = std::copy_n(dy, rest.size(), rest.mutable_data()) - rest.size();
    std::fill_n(dx, g.N * g.C * g.H * g.W, real(0));
    return for_each_pixel(g, [=](Index window, Index pixel, Index count, auto stride) {
      for (Index i = 0; i < count; ++i) {
        const bool best = x[pixel + i * stride] == y[window + i];
        dx[pixel + i * stride] += best ? left[window + i] : real(0);
        left[window + i] = best ? real(0) : left[window + i];
      }
    });
  }
  for_each_block(g, [&](const auto block, Index pixel, Index window) {
    const auto [a, b] = block.load_pairs(x + pixel);
    const auto [c, d] = block.load_pairs(x + pixel + g.W);
    const auto best = block.load(y + window), all = block.load(dy + window);
    const decltype(block.load(y)) zero{};
    // What the first equal pixel takes is not there for the next.
    const auto after_a = a == best ? zero : all, after_b = b == best ? zero : after_a;
    const auto after_c = c == best ? zero : after_b;
    block.store_pairs(dx + pixel, a == best ? all : zero, b == best ? after_a : zero);
    block.store_pairs(dx + pixel + g.W, c == best ? after_b : zero, d == best ? after_c : zero);
  });
}

void avg_pool2d(const real* x, real* y, const Window& g) {
  if (!tiles_by_2x2(g)) return reference::avg_pool2d(x, y, g);
  for_each_block(g, [&](const auto block, Index pixel, Index window) {
    const auto [a, b] = block.load_pairs(x + pixel);
    const auto [c, d] = block.load_pairs(x + pixel + g.W);
    block.store(y + window, real(0.25) * (a + b + c + d));
  });
}

void avg_pool2d_dx(const real* dy, real* dx, const Window& g) {
  if (!tiles_by_2x2(g)) return reference::avg_pool2d_dx(dy, dx, g);
  for_each_block(g, [&](const auto block, Index pixel, Index window) {
    const auto d = real(0.25) * block.load(dy + window);
    block.store_pairs(dx + pixel, d, d);
    block.store_pairs(dx + pixel + g.W, d, d);
  });
}

}  // namespace glass::kernels
