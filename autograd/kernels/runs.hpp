#pragma once

#include <algorithm>
#include <type_traits>

#include "autograd/geometry.hpp"

namespace glass::kernels {

/// Each group of an image as an image; without groups the same window.
inline Window with_groups_as_images(Window g) {
  g.N *= g.groups, g.C /= g.groups, g.K /= g.groups;
  return g;
}

/// Term t = (c, r, s) of output pixel (p,q) is image element (c, p * stride + r * dilation - padding,
/// ...). For each term in [first, last) and the outputs [start, start + columns) calls
/// `visit(t - first, column, pixel, count, stride)`: under this term, outputs start + column + i see
/// the elements pixel + i * stride, for i < count. Padding is left out. The usual strides are
/// passed as constants, for the compiler's sake.
template <class Visit>
void for_each_run(const Window& g, Index first, Index last, Index start, Index columns,
                  const Visit& visit) {
  const auto visit_all = [&](auto stride) {
    for (Index t = first; t < last; ++t) {
      const Index c = t / (g.R * g.S), down = t / g.S % g.R * g.dilation.h - g.padding.h;
      const Index left = t % g.S * g.dilation.w - g.padding.w;
      const Index q_begin = left < 0 ? (-left + stride - 1) / stride : 0;
      const Index q_end = std::min(g.Q, (std::max<Index>(0, g.W - left) + stride - 1) / stride);
      for (Index p = start / g.Q; p * g.Q < start + columns; ++p) {
        const Index h = p * g.stride.h + down;
        const Index begin = std::max(q_begin, start - p * g.Q);
        const Index end = std::min(q_end, start + columns - p * g.Q);
        if (h < 0 || h >= g.H || begin >= end) continue;
        const Index pixel = (c * g.H + h) * g.W + left + begin * stride;
        visit(t - first, p * g.Q + begin - start, pixel, end - begin, stride);
      }
    }
  };
  if (g.stride.w == 1) return visit_all(std::integral_constant<Index, 1>{});
  if (g.stride.w == 2) return visit_all(std::integral_constant<Index, 2>{});
  visit_all(g.stride.w);
}

}  // namespace glass::kernels
