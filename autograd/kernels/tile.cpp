#include "autograd/kernels/tile.hpp"

#include <array>

namespace glass::kernels {
namespace {

/// One tile: `sum` stays in registers from the first k to the last.
template <int rows, int vectors>
void tile(Index K, LeftOperand a, const real* b, Index b_row, real* c, Index c_row, Index columns,
          bool accumulate) {
  Vector sum[rows][vectors] = {};
  for (Index k = 0; k < K; ++k, b += b_row) {
    Vector right[vectors];
    unrolled<vectors>([&](int v) GLASS_INLINE { right[v] = load(b + v * lanes); });
    const real* left = a.data + k * a.column;
    unrolled<rows>([&](int i) GLASS_INLINE {
      const Vector left_i = broadcast(left[i * a.row]);
      unrolled<vectors>([&](int v) GLASS_INLINE { sum[i][v] += left_i * right[v]; });
    });
  }
  const auto put_all = [&](auto put) GLASS_INLINE {
    unrolled<rows>([&](int i) GLASS_INLINE {
      unrolled<vectors>([&](int v) GLASS_INLINE {
        put(c + i * c_row + v * lanes, sum[i][v], columns - v * lanes);
      });
    });
  };
  if (columns >= vectors * lanes) {
    put_all([&](real* to, Vector s, Index) { store(to, accumulate ? load(to) + s : s); });
  } else {
    put_all([&](real* to, Vector s, Index left) {
      store_first(to, accumulate ? load_first(to, left) + s : s, left);
    });
  }
}

using Tile = decltype(&tile<1, 1>);

/// tile_for<vectors>[rows - 1]
template <int vectors, int... i>
constexpr std::array<Tile, MR> all_heights(std::integer_sequence<int, i...>) {
  return {tile<i + 1, vectors>...};
}
template <int vectors>
constexpr auto tile_for = all_heights<vectors>(std::make_integer_sequence<int, MR>{});

}  // namespace

void multiply(Index M, Index N, Index K, LeftOperand a, const real* b, Index b_row, real* c,
              Index c_row, bool accumulate) {
  const Index height = divide_up(M, divide_up(M, MR));  // 16 rows go as 8 + 8, not as 14 + 2
  for (Index i = 0; i < M; i += height, a.data += height * a.row) {
    const auto rows = static_cast<std::size_t>(std::min(height, M - i)) - 1;
    for (Index j = 0; j < N; j += NR) {
      const Tile f = N - j > lanes ? tile_for<2>[rows] : tile_for<1>[rows];
      f(K, a, b + j, b_row, c + i * c_row + j, c_row, N - j, accumulate);
    }
  }
}

}  // namespace glass::kernels
