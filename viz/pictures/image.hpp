#pragma once

#include <cstdint>
#include <vector>

#include "autograd/geometry.hpp"
#include "autograd/tensor.hpp"

namespace glass::viz {

/// 8-bit pixels, interleaved: grey (1 channel) or RGB (3), row by row from the top.
struct Image {
  Index width = 0, height = 0, channels = 1;  ///< width and height in pixels
  std::vector<std::uint8_t> pixels;           ///< [height,width,channels]

  Image() = default;
  /// `value` everywhere.
  Image(Index w, Index h, Index c, std::uint8_t value = 0)
      : width(w), height(h), channels(c), pixels(static_cast<std::size_t>(w * h * c), value) {}

  /// Channel c of the pixel in column x and row y; not checked.
  std::uint8_t& at(Index x, Index y, Index c = 0) {
    return pixels[static_cast<std::size_t>((y * width + x) * channels + c)];
  }
  /// The same, to read only.
  std::uint8_t at(Index x, Index y, Index c = 0) const {
    return pixels[static_cast<std::size_t>((y * width + x) * channels + c)];
  }
};

/// Picture `n` of images[N,C,H,W] with values in [0, 1]; anything outside is clipped. 1 channel is
/// grey, 3 are colours; of any other number each is a grey tile, with a line between them. Throws
/// ShapeError if there is no picture `n`.
Image to_image(const Tensor& images, Index n);
/// -> [1,C,H,W] in [0, 1].
Tensor to_tensor(const Image& image);

/// The image resampled to another size: Catmull and Rom's cubic where it grows, Mitchell's where it
/// shrinks. Throws Error if there is no memory for it.
Image resize(const Image& image, Index width, Index height);
/// The same of images[N,C,H,W] of any values; a copy if they are of this size.
Tensor resize(const Tensor& images, Size2 size);

}  // namespace glass::viz
