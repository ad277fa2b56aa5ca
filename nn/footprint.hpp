#pragma once

#include <algorithm>

#include "autograd/geometry.hpp"

namespace glass::nn {

/// The window of a layer's input that one element of its output sees, and the distance between the
/// windows of neighbours. A size beyond the image stands for all of it.
struct Footprint {
  Size2 size = 1, stride = 1;  ///< in pixels of the input
};

inline constexpr Index whole_image = Index{1} << 20;  ///< a size beyond any image

/// The footprint of two layers in a row: `second`'s window is counted in steps of `first`'s.
inline Footprint compose(const Footprint& first, const Footprint& second) {
  const auto grow = [](Index size, Index step, Index more) {
    return std::min(size + (more - 1) * step, whole_image);
  };
  const auto [size, step] = first;
  return {{grow(size.h, step.h, second.size.h), grow(size.w, step.w, second.size.w)},
          {std::min(step.h * second.stride.h, whole_image),
           std::min(step.w * second.stride.w, whole_image)}};
}

/// The larger of two, in each direction alone.
inline Footprint larger(const Footprint& a, const Footprint& b) {
  const auto most = [](Size2 x, Size2 y) { return Size2(std::max(x.h, y.h), std::max(x.w, y.w)); };
  return {most(a.size, b.size), most(a.stride, b.stride)};
}

}  // namespace glass::nn
