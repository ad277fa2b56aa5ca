#pragma once

#include <vector>

#include "viz/pictures/image.hpp"

namespace glass::viz {

/// One number for each pixel of a picture, row by row from the top.
struct Plane {
  Index width = 0, height = 0;  ///< in pixels
  std::vector<float> values;    ///< [height,width]

  Plane() = default;
  /// `value` everywhere.
  Plane(Index w, Index h, float value = 0)
      : width(w), height(h), values(static_cast<std::size_t>(w * h), value) {}

  /// The number in column x and row y; not checked.
  float& at(Index x, Index y) { return values[static_cast<std::size_t>(y * width + x)]; }
  /// The same, to read only.
  float at(Index x, Index y) const { return values[static_cast<std::size_t>(y * width + x)]; }
};

/// A part of a picture.
struct Box {
  Index left, top, right, bottom;  ///< columns left to right - 1, rows top to bottom - 1

  Index width() const { return right - left; }   ///< in pixels
  Index height() const { return bottom - top; }  ///< in pixels
};

/// Channel c of a part of an image, from 0 to 1, at most `most` pixels a side: each pixel is the mean
/// of a square of whole pixels.
Plane shrunk(const Image& image, Index c, const Box& part, Index most);

/// Each pixel becomes the mean of the square of 2 radius + 1 pixels a side around it, as far as that
/// is inside.
Plane averaged(const Plane& plane, Index radius);

/// The plane without what is darker than its surroundings and less than 2 radius + 1 pixels wide: the
/// closing of mathematical morphology with a square, a maximum and then a minimum. Wide edges stay
/// where they are.
Plane closed(const Plane& plane, Index radius);

/// Pixels that hang together, with their corners too, and that are all true in a mask.
struct Patch {
  std::vector<std::size_t> pixels;  ///< offsets into the plane
  Box box;                          ///< around them
};
/// All patches of a mask. mask[height,width]
std::vector<Patch> patches(const std::vector<bool>& mask, Index width, Index height);

}  // namespace glass::viz
