#include "autograd/kernels/pool2d.hpp"

#include "autograd/implementation.hpp"
#include "autograd/kernels/simd.hpp"
#include "autograd/threads.hpp"

/// Pooling by 2x2 windows that tile the image, as our networks do it, a block of windows at a time
/// and without branches: as many as a vector holds or, in a narrow image, half as many, and so on.
/// The last block of a row overlaps the one before. Other windows go to the reference.
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

}  // namespace

void max_pool2d(const real* x, real* y, const Window& g) {
  if (!tiles_by_2x2(g)) return reference::max_pool2d(x, y, g);
  for_each_block(g, [&](const auto block, Index pixel, Index window) {
    const auto [a, b] = block.load_pairs(x + pixel);
    const auto [c, d] = block.load_pairs(x + pixel + g.W);
    const auto larger = [](auto u, auto v) { return ((v > u) | (v != v)) ? v : u; };  // NaN wins
    block.store(y + window, larger(larger(a, b), larger(c, d)));
  });
}

void max_pool2d_dx(const real* dy, const real* x, const real* y, real* dx, const Window& g) {
  if (!tiles_by_2x2(g)) return reference::max_pool2d_dx(dy, x, y, dx, g);
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
