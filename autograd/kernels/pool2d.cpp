#include "autograd/kernels/reference/reference.hpp"
#include "autograd/threads.hpp"

/// Pooling by 2x2 windows that tile the image, as our networks do it: one straight loop over the
/// windows of a plane, without branches, that the compiler can vectorise. Other windows go to the
/// reference.
namespace glass::inline GLASS_PRECISION::kernels {
namespace {

bool is_2x2(const Window& g) {
  return !using_reference() && g.R == 2 && g.S == 2 && g.stride == 2 && g.padding == 0;
}

/// For each plane begins `auto visit = plane(offset in x, offset in y)`, and calls `visit(y, x)` with
/// the offset of each window in its plane, and that of the window's upper left pixel.
template <class Plane>
void for_each_window(const Window& g, const Plane& plane) {
  parallel_for(g.N * g.C, 4 * g.N * g.C * g.H * g.W, [&](Index i, int) {
    const auto visit = plane(i * g.H * g.W, i * g.P * g.Q);
    for (Index p = 0; p < g.P; ++p)
      for (Index q = 0; q < g.Q; ++q) visit(p * g.Q + q, 2 * (p * g.W + q));
  });
}

}  // namespace

void max_pool2d(const real* x, real* y, int* argmax, const Window& g) {
  if (!is_2x2(g)) return reference::max_pool2d(x, y, argmax, g);
  for_each_window(g, [=, W = g.W](Index x_offset, Index y_offset) {
    return [=, from = x + x_offset, to = y + y_offset, at = argmax + y_offset](Index window,
                                                                               Index pixel) {
      real best = from[pixel];
      Index winner = pixel;
      for (const Index i : {pixel + 1, pixel + W, pixel + W + 1}) {
        winner = from[i] > best ? i : winner;
        best = from[i] > best ? from[i] : best;
      }
      to[window] = best;
      at[window] = static_cast<int>(winner);
    };
  });
}

void max_pool2d_dx(const real* dy, const int* argmax, real* dx, const Window& g) {
  if (!is_2x2(g)) return reference::max_pool2d_dx(dy, argmax, dx, g);
  for_each_window(g, [=, W = g.W, size = g.H * g.W](Index x_offset, Index y_offset) {
    std::fill_n(dx + x_offset, size, real(0));  // an odd row or column lies under no window
    return [=, from = dy + y_offset, to = dx + x_offset, at = argmax + y_offset](Index window,
                                                                                 Index pixel) {
      const real value = from[window];
      const Index winner = at[window];
      for (const Index i : {pixel, pixel + 1, pixel + W, pixel + W + 1}) {
        to[i] = winner == i ? value : 0;
      }
    };
  });
}

void avg_pool2d(const real* x, real* y, const Window& g) {
  if (!is_2x2(g)) return reference::avg_pool2d(x, y, g);
  for_each_window(g, [=, W = g.W](Index x_offset, Index y_offset) {
    return [=, from = x + x_offset, to = y + y_offset](Index window, Index i) {
      to[window] = real(0.25) * (from[i] + from[i + 1] + from[i + W] + from[i + W + 1]);
    };
  });
}

void avg_pool2d_dx(const real* dy, real* dx, const Window& g) {
  if (!is_2x2(g)) return reference::avg_pool2d_dx(dy, dx, g);
  for_each_window(g, [=, W = g.W, size = g.H * g.W](Index x_offset, Index y_offset) {
    std::fill_n(dx + x_offset, size, real(0));
    return [=, from = dy + y_offset, to = dx + x_offset](Index window, Index i) {
      to[i] = to[i + 1] = to[i + W] = to[i + W + 1] = real(0.25) * from[window];
    };
  });
}

}  // namespace glass::inline GLASS_PRECISION::kernels
