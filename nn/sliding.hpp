#pragma once

#include "autograd/geometry.hpp"

namespace glass::nn {

/// A window that moves over an image, for convolution and pooling.
struct Sliding {
  Size2 size, stride, padding;  ///< in pixels
};

/// Throws ShapeError, naming the layer type, unless sizes and strides are positive and paddings not
/// negative.
inline void check_sliding(const char* type, const Sliding& window) {
  const auto& [size, stride, padding] = window;
  require(size.h > 0 && size.w > 0, type, ": kernel_size must be positive, got ", size);
  require(stride.h > 0 && stride.w > 0, type, ": stride must be positive, got ", stride);
  require(padding.h >= 0 && padding.w >= 0, type, ": padding must not be negative, got ", padding);
}

/// [N,C,H,W] -> [N,channels,P,Q]. Throws ShapeError if the window is larger than the padded image.
inline Shape slide(const char* type, const Sliding& window, const Shape& input, Index channels) {
  const auto& [size, stride, padding] = window;
  require(input.rank() == 4, type, ": expected an input [N,C,H,W], got ", input);
  const Index h = input[2] + 2 * padding.h - size.h, w = input[3] + 2 * padding.w - size.w;
  require(h >= 0 && w >= 0, type, ": kernel_size ", size, " with padding ", padding,
          " does not fit the input ", input);
  return {input[0], channels, h / stride.h + 1, w / stride.w + 1};
}

}  // namespace glass::nn
