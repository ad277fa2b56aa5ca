#pragma once

#include "autograd/shape.hpp"

namespace glass {

/// A height and a width. One number stands for both: `{.stride = 2}`.
struct Size2 {
  Index h, w;                                                          ///< in pixels
  constexpr Size2(Index both = 1) : h(both), w(both) {}                ///< a square
  constexpr Size2(Index height, Index width) : h(height), w(width) {}  ///< height first
  bool operator==(const Size2&) const = default;                       ///< both are equal
};

/// "3x5"
inline std::ostream& operator<<(std::ostream& out, Size2 size) {
  return out << size.h << 'x' << size.w;
}

namespace kernels {

/// A window sliding over an image. The letters, here and in all kernels:
///
///     N  images of a batch            K  output channels (a pooling has K = C)
///     C  input channels               P, Q  output height and width
///     H, W  input height and width    R, S  height and width of the window
///
/// Of a dilated window, neighbours lie `dilation` pixels apart. In a convolution the channels may form
/// `groups`, of which each sees only its own.
struct Window {
  Index N = 0, C = 0, H = 0, W = 0, K = 0, R = 0, S = 0;  ///< see above
  Size2 stride = 1, padding = 0, dilation = 1;  ///< in pixels; padding is zeros at each side
  Index groups = 1;                             ///< divides C and K
  Index P = (H + 2 * padding.h - dilation.h * (R - 1) - 1) / stride.h + 1;  ///< output height
  Index Q = (W + 2 * padding.w - dilation.w * (S - 1) - 1) / stride.w + 1;  ///< output width
};

}  // namespace kernels

/// The pixels from the first to the last that a dilated kernel sees.
constexpr Size2 reach(Size2 kernel, Size2 dilation) {
  return {dilation.h * (kernel.h - 1) + 1, dilation.w * (kernel.w - 1) + 1};
}

/// Throws ShapeError, which begins with `who`, unless kernel, stride and dilation are positive and the
/// padding is not negative.
inline void check_window(const char* who, Size2 kernel, Size2 stride, Size2 padding,
                         Size2 dilation = 1) {
  require(kernel.h > 0 && kernel.w > 0, who, ": kernel must be positive, got ", kernel);
  require(stride.h > 0 && stride.w > 0, who, ": stride must be positive, got ", stride);
  require(padding.h >= 0 && padding.w >= 0, who, ": padding must not be negative, got ", padding);
  require(dilation.h > 0 && dilation.w > 0, who, ": dilation must be positive, got ", dilation);
}

/// The window of a kernel that slides over x[N,C,H,W] and gives K channels. Throws ShapeError, which
/// begins with `who`, as `check_window` does, and if it does not fit. Operations and layers ask here. The
/// last windows may stick out of the padding, below and at the right, by an `overhang`.
inline kernels::Window sliding_window(const char* who, const Shape& x, Index K, Size2 kernel,
                                      Size2 stride, Size2 padding, Size2 dilation = 1,
                                      Size2 overhang = 0) {
  check_window(who, kernel, stride, padding, dilation);
  require(x.rank() == 4, who, ": x must be [N,C,H,W], got ", x);
  const Size2 seen = reach(kernel, dilation);
  const Index down = x[2] + 2 * padding.h + overhang.h - seen.h;
  const Index right = x[3] + 2 * padding.w + overhang.w - seen.w;
  require(down >= 0 && right >= 0, who, ": kernel ", seen, " does not fit x ", x, " with padding ",
          padding);
  kernels::Window g{x[0], x[1], x[2], x[3], K, kernel.h, kernel.w, stride, padding, dilation};
  g.P = down / stride.h + 1, g.Q = right / stride.w + 1;
  return g;
}

}  // namespace glass
