#pragma once

#include "autograd/kernels/simd.hpp"
#include "autograd/threads.hpp"

/// The multiplication at the heart of gemm, convolution and Winograd's algorithm.
namespace glass::kernels {

/// A tile of c is MR rows by NR columns: as large as the registers hold, since a tile needs
/// MR + NR numbers from memory for MR * NR multiplications at each step along k.
#if defined(__AVX512F__) || defined(__aarch64__)  // 32 vector registers: 28 sums, 2 of b, 1 of a
constexpr int MR = 14;
#else  // 16 registers: 12 sums
constexpr int MR = 6;
#endif
constexpr int NR = 2 * lanes;
/// Terms summed before c is touched again: MR x KC numbers of a stay in the first-level cache.
constexpr Index KC = 256;
/// Columns of b at a time: KC x NC numbers of it stay in the second-level cache.
constexpr Index NC = 8 * NR;
/// Distance of the rows of such a block: not a power of two, lest all fall into one cache set.
constexpr Index block_row = NC + lanes;

/// c[i,j] = sum_k a[i,k] b[k,j] for i < M, j < N, k < K; added to c if `accumulate`. Element (i,k)
/// of a is a.data[i * a.row + k * a.column]. Rows of b, `b_row` apart, are read up to the next
/// multiple of `lanes`.
struct LeftOperand {
  const real* data;
  Index row, column;
};
void multiply(Index M, Index N, Index K, LeftOperand a, const real* b, Index b_row, real* c,
              Index c_row, bool accumulate);

/// to[i] = the sum of from[group * size + i], in the order of the groups, of which there may be none.
inline void add_groups(const real* from, Index groups, Index size, real* to) {
  for_each_chunk(size, elementwise * (groups + 1), [=](Index begin, Index end) {
    std::fill(to + begin, to + end, real(0));
    for (Index group = 0; group < groups; ++group)
      for (Index i = begin; i < end; ++i) to[i] += from[group * size + i];
  });
}

/// Work as `parallel_for` counts it. Each thread keeps its half of a batch from layer to layer; those of a
/// single image are cut anew by each layer and change hands, which only large work is worth.
inline Index work_on(Index images, Index work) { return images > 1 ? work : work / 16; }

}  // namespace glass::kernels
