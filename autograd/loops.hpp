#pragma once

#include <array>

#include "autograd/storage.hpp"
#include "autograd/threads.hpp"

/// The loops that elementwise operations, reductions and kernels share. They run on all threads; what a
/// thread computes and the order of every sum follow from the shapes alone.
namespace glass {

/// y[i] = f(x[i])
template <class F>
Storage map(const Storage& x, F f) {
  Storage y(x.size());
  const real* from = x.data();
  real* to = y.mutable_data();
  kernels::for_each_chunk(x.size(), [=](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) to[i] = f(from[i]);
  });
  return y;
}

/// y[i] = f(a[i], b[i])
template <class F>
Storage map(const Storage& a, const Storage& b, F f) {
  Storage y(a.size());
  const real *left = a.data(), *right = b.data();
  real* to = y.mutable_data();
  kernels::for_each_chunk(a.size(), [=](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) to[i] = f(left[i], right[i]);
  });
  return y;
}

/// f(begin) + ... + f(end - 1). A compiler may not reorder a plain loop, because addition is not
/// associative in floating point; these interleaved partial sums are an order that vectorises.
template <Index lanes = 32, class F>
double sum_over(Index begin, Index end, F f) {
  real partial[lanes] = {};
  Index i = begin;
  for (; i + lanes <= end; i += lanes)
    for (Index lane = 0; lane < lanes; ++lane) partial[lane] += f(i + lane);
  double total = 0;
  for (; i < end; ++i) total += f(i);
  for (const real value : partial) total += value;
  return total;
}

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

  /// Calls `f(i)` for each element of channel c.
  template <class F>
  void for_each_element(Index c, F f) const {
    for (Index n = 0; n < N; ++n) {
      const Index begin = (n * C + c) * pixels;
      for (Index i = begin; i < begin + pixels; ++i) f(i);
    }
  }

  /// The sum of `f(i)` over the elements of channel c.
  template <class F>
  double sum(Index c, F f) const {
    double total = 0;
    for (Index n = 0; n < N; ++n) {
      const Index begin = (n * C + c) * pixels;
      total += sum_over(begin, begin + pixels, f);
    }
    return total;
  }

  Index N, C, pixels = 1;  ///< images, channels, elements of a plane
};

}  // namespace glass
