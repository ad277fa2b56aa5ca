#pragma once

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
  kernels::for_each_chunk(x.size(), kernels::elementwise, [=](Index begin, Index end) {
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
  kernels::for_each_chunk(a.size(), kernels::elementwise, [=](Index begin, Index end) {
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

}  // namespace glass
