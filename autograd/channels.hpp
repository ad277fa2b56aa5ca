#pragma once

#include "autograd/loops.hpp"

namespace glass {

/// A tensor [N,C,..] seen as N C planes of equal size, for operations that treat channels apart.
struct Channels {
  /// The planes of a tensor of this shape, of rank 2 or more.
  explicit Channels(const Shape& shape) : N(shape[0]), C(shape[1]) {
    for (int axis = 2; axis < shape.rank(); ++axis) pixels *= shape[axis];
  }

  /// Calls `f(c)` for each channel, several at a time.
  template <class F>
  void for_each(F f) const {
    constexpr Index work_per_element = 8;
    kernels::parallel_for(C, work_per_element * N * C * pixels, [&](Index c, int) { f(c); });
  }

  /// Calls `f(c, begin, end)` for each plane: its channel and its elements.
  template <class F>
  void for_each_plane(F f) const {
    kernels::for_each_chunk(N * C, kernels::elementwise * pixels, [&](Index first, Index last) {
      for (Index plane = first; plane < last; ++plane)
        f(plane % C, plane * pixels, (plane + 1) * pixels);
    });
  }

  /// Calls `f(begin, end)` for each plane of channel c: its elements.
  template <class F>
  void for_each_plane_of(Index c, F f) const {
    for (Index plane = c; plane < N * C; plane += C) f(plane * pixels, (plane + 1) * pixels);
  }

  /// Calls `f(i)` for each element of channel c.
  template <class F>
  void for_each_element(Index c, F f) const {
    for_each_plane_of(c, [=](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) f(i);
    });
  }

  /// The sum of `f(i)` over the elements of channel c.
  template <class F>
  double sum(Index c, F f) const {
    double total = 0;
    for_each_plane_of(c, [&](Index begin, Index end) { total += sum_over(begin, end, f); });
    return total;
  }

  Index N, C, pixels = 1;  ///< images, channels, elements of a plane
};

}  // namespace glass
