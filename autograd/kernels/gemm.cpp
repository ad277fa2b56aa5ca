#include <array>

#include "autograd/implementation.hpp"
#include "autograd/kernels/reference/reference.hpp"
#include "autograd/kernels/tile.hpp"
#include "autograd/loops.hpp"

/// Matrix multiplication after Goto and van de Geijn, "Anatomy of High-Performance Matrix
/// Multiplication" (2008). Tiles of c are computed from blocks of a and b that stay in cache. Blocks
/// are copied ("packed") first: this absorbs a transposition, pads the edges, and frees the caches
/// from unlucky strides. Where each number is used a few times only, it is read where it is.
namespace glass::kernels {
namespace {

constexpr Index MC = 16 * MR;  ///< rows of a at a time

/// The dot products of `rows` rows of a with `columns` rows of b.
template <int rows, int columns>
void dot_tile(Index K, const real* a, Index a_row, const real* b, Index b_row, real* c, Index c_row,
              bool accumulate) {
  Vector sum[rows][columns] = {};
  Index k = 0;
  for (; k + lanes <= K; k += lanes) {
    Vector right[columns];
    unrolled<columns>([&](int j) GLASS_INLINE { right[j] = load(b + j * b_row + k); });
    unrolled<rows>([&](int i) GLASS_INLINE {
      const Vector left = load(a + i * a_row + k);
      unrolled<columns>([&](int j) GLASS_INLINE { sum[i][j] += left * right[j]; });
    });
  }
  real parts[rows][columns][lanes];
  std::memcpy(parts, sum, sizeof sum);
  for (int i = 0; i < rows; ++i)
    for (int j = 0; j < columns; ++j) {
      real dot = accumulate ? c[i * c_row + j] : real(0);
      for (Index l = k; l < K; ++l) dot += a[i * a_row + l] * b[j * b_row + l];
      for (const real part : parts[i][j]) dot += part;
      c[i * c_row + j] = dot;
    }
}

constexpr int dot_rows_most = MR > 6 ? 5 : 2, dot_columns = 4;  // as the registers hold sums
using DotTile = decltype(&dot_tile<1, 1>);
/// dot_tile_for<columns>[rows - 1]
template <int columns, int... i>
constexpr std::array<DotTile, sizeof...(i)> dot_heights(std::integer_sequence<int, i...>) {
  return {dot_tile<i + 1, columns>...};
}
template <int columns>
constexpr auto dot_tile_for =
    dot_heights<columns>(std::make_integer_sequence<int, dot_rows_most>{});

/// c = a b^T for so few rows of a that to pack b would be a waste: dot products.
void dot_rows(Index M, Index N, Index K, Matrix a, Matrix b, real* c, Index c_row,
              bool accumulate) {
  const Index height = divide_up(M, divide_up(M, dot_rows_most));
  parallel_for(divide_up(N, dot_columns), work_on(M, M * N * K), [&](Index task, int) {
    const Index first = task * dot_columns, last = std::min<Index>(N, first + dot_columns);
    const bool all = last - first == dot_columns;
    for (Index i = 0; i < M; i += height) {
      const auto rows = static_cast<std::size_t>(std::min(height, M - i)) - 1;
      const DotTile dots = all ? dot_tile_for<dot_columns>[rows] : dot_tile_for<1>[rows];
      for (Index j = first; j < last; j += all ? dot_columns : 1) {
        dots(K, a.data + i * a.stride, a.stride, b.data + j * b.stride, b.stride, c + i * c_row + j,
             c_row, accumulate);
      }
    }
  });
}

/// c = a b for few rows of a: b is read once, row by row, four rows for each pass over c.
void combine_rows(Index M, Index N, Index K, Matrix a, Matrix b, real* c, Index c_row,
                  bool accumulate) {
  constexpr Index width = 1024;
  parallel_for(divide_up(N, width), work_on(M, M * N * K), [&](Index task, int) {
    const Index begin = task * width, end = std::min(N, begin + width);
    for (Index i = 0; i < M; ++i) {
      real* to = c + i * c_row;
      if (!accumulate) std::fill(to + begin, to + end, real(0));
      const auto at = [&](Index k) {
        return a.data[a.transposed ? k * a.stride + i : i * a.stride + k];
      };
      Index k = 0;
      for (; k + 4 <= K; k += 4) {
        const real* row = b.data + k * b.stride;
        const real a0 = at(k), a1 = at(k + 1), a2 = at(k + 2), a3 = at(k + 3);
        for (Index j = begin; j < end; ++j) {
          to[j] += a0 * row[j] + a1 * row[j + b.stride] + a2 * row[j + 2 * b.stride] +
                   a3 * row[j + 3 * b.stride];
        }
      }
      for (; k < K; ++k)
        for (Index j = begin; j < end; ++j) to[j] += at(k) * b.data[k * b.stride + j];
    }
  });
}

}  // namespace

void gemm(Index M, Index N, Index K, Matrix a, Matrix b, real* c, Index c_row, bool accumulate) {
  if (using_reference()) return reference::gemm(M, N, K, a, b, c, c_row, accumulate);
  for (Index i = 0; K == 0 && !accumulate && i < M; ++i) std::fill_n(c + i * c_row, N, real(0));
  if (M == 0 || N == 0 || K == 0) return;
  if (M <= 2 && !b.transposed) return combine_rows(M, N, K, a, b, c, c_row, accumulate);
  const bool rows = !a.transposed && b.transposed;
  if (M <= 3 * MR && rows) return dot_rows(M, N, K, a, b, c, c_row, accumulate);
  // A narrow matrix is cut into four, so that several threads find work.
  const Index width = N > NC ? NC : round_up(divide_up(N, 4), NR);
  const Index down = divide_up(M, MC), across = divide_up(N, width);
  const Index rows_per_task = round_up(divide_up(M, down), MR);
  const bool pack_a = N > NC;
  const Index a_size = (rows_per_task + lanes) * (KC + lanes), slot_size = a_size + KC * block_row;
  const Storage scratch(threads() * slot_size);
  parallel_for(down * across, M * N * K, [&](Index task, int slot) {
    real *a_copy = scratch.mutable_data() + slot * slot_size, *b_copy = a_copy + a_size;
    const Index i = task / across * rows_per_task, height = std::min(rows_per_task, M - i);
    const Index j = task % across * width, columns = std::min(width, N - j);
    for (Index k = 0; k < K; k += KC) {
      const Index depth = std::min(KC, K - k);
      LeftOperand left{a.data + (a.transposed ? k * a.stride + i : i * a.stride + k),
                       a.transposed ? 1 : a.stride, a.transposed ? a.stride : 1};
      if (pack_a && a.transposed) {
        copy(left.data, a.stride, depth, height, a_copy, rows_per_task + lanes);
        left = {a_copy, 1, rows_per_task + lanes};
      } else if (pack_a) {
        copy(left.data, a.stride, height, depth, a_copy, KC + lanes);
        left = {a_copy, KC + lanes, 1};
      }
      const real* right = b.data + (b.transposed ? j * b.stride + k : k * b.stride + j);
      const bool pack_b = b.transposed || M > 4 * MR || columns % lanes != 0;
      if (b.transposed) {
        const real* end = right + (columns - 1) * b.stride + depth;
        transpose(right, b.stride, end, columns, depth, b_copy, block_row, block_row);
      } else if (pack_b) {
        copy(right, b.stride, depth, columns, b_copy, block_row);
      }
      multiply(height, columns, depth, left, pack_b ? b_copy : right, pack_b ? block_row : b.stride,
               c + i * c_row + j, c_row, accumulate || k > 0);
    }
  });
}

}  // namespace glass::kernels
