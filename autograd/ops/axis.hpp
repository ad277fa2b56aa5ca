#pragma once

#include <algorithm>

#include "autograd/ops.hpp"

namespace glass {

/// A tensor seen along one of its axes, as [before, size, after]: what lies in front of the axis, the
/// axis, and what lies behind it. For [N,C,H,W] and axis 1: [N, C, H W].
struct Axis {
  /// Throws ShapeError, naming `operation`, unless x has this axis.
  Axis(const char* operation, const Shape& x, int axis) {
    require(axis >= 0 && axis < x.rank(), operation, ": axis ", axis, " is outside x ", x);
    for (int i = 0; i < axis; ++i) before *= x[i];
    size = x[axis];
    for (int i = axis + 1; i < x.rank(); ++i) after *= x[i];
  }

  /// Where element (b,k,a) lies.
  Index offset(Index b, Index k, Index a) const { return (b * size + k) * after + a; }

  Index before = 1, size = 1, after = 1;  ///< elements
};

/// Copies a part of x, `begin` to `begin + part.size` along the axis: `to` is as large as the part.
inline void copy_from(const real* x, const Axis& whole, Index begin, const Axis& part, real* to) {
  const Index count = part.size * part.after;
  for (Index b = 0; b < whole.before; ++b)
    std::copy_n(x + whole.offset(b, begin, 0), count, to + b * count);
}

/// The other way round: puts `part` to where it belongs in y.
inline void copy_into(real* y, const Axis& whole, Index begin, const Axis& part, const real* from) {
  const Index count = part.size * part.after;
  for (Index b = 0; b < whole.before; ++b)
    std::copy_n(from + b * count, count, y + whole.offset(b, begin, 0));
}

}  // namespace glass
