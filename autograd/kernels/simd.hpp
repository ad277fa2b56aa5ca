#pragma once

#include <algorithm>
#include <cstring>
#include <utility>

#include "autograd/kernels.hpp"

/// Vectors of `real`, as wide as the target's registers. GCC and clang let ordinary operators work
/// on such types, so one source serves AVX-512, AVX2, SSE2, NEON and WebAssembly.
namespace glass::kernels {

constexpr Index divide_up(Index a, Index b) { return (a + b - 1) / b; }     ///< a >= 0, b > 0
constexpr Index round_up(Index a, Index b) { return divide_up(a, b) * b; }  ///< to a multiple of b

#if defined(__AVX512F__)
constexpr int vector_bytes = 64;
#elif defined(__AVX__)
constexpr int vector_bytes = 32;
#else
constexpr int vector_bytes = 16;
#endif

typedef real Vector __attribute__((vector_size(vector_bytes)));
constexpr int lanes = vector_bytes / int{sizeof(real)};

inline Vector load(const real* from) {
  Vector v;
  return std::memcpy(&v, from, sizeof v), v;
}
inline void store(real* to, Vector v) { std::memcpy(to, &v, sizeof v); }
/// The first `count` lanes; the others are 0.
inline Vector load_first(const real* from, Index count) {
  if (count >= lanes) return load(from);
  real values[lanes] = {};
  std::copy_n(from, count, values);
  return load(values);
}
inline void store_first(real* to, Vector v, Index count) {
  if (count >= lanes) return store(to, v);
  for (Index i = 0; i < count; ++i) to[i] = v[i];
}
inline Vector broadcast(real value) { return value - Vector{}; }

#define GLASS_INLINE __attribute__((always_inline))
/// Calls f(0) to f(count - 1), written out, so that arrays indexed by them can live in registers.
template <int count, class F>
inline GLASS_INLINE void unrolled(F f) {
  [&]<int... i>(std::integer_sequence<int, i...>) GLASS_INLINE { (f(i), ...); }
  (std::make_integer_sequence<int, count>{});
}

/// Transposes a square of `lanes` rows in log2(lanes) rounds of perfect shuffles: each round
/// interleaves row i with row i + lanes/2, which rotates the bits of (row, column) by one.
template <int... lane>
inline void transpose(Vector* rows, std::integer_sequence<int, lane...>) {
  constexpr int half = lanes / 2;
  for (int round = 1; round < lanes; round *= 2) {
    const Vector in[lanes] = {rows[lane]...};
    for (int i = 0; i < half; ++i) {
      rows[2 * i] = __builtin_shufflevector(in[i], in[i + half], (lane / 2 + lane % 2 * lanes)...);
      rows[2 * i + 1] =
          __builtin_shufflevector(in[i], in[i + half], (half + lane / 2 + lane % 2 * lanes)...);
    }
  }
}
inline void transpose(Vector* rows) { transpose(rows, std::make_integer_sequence<int, lanes>{}); }

/// to[j * to_row + i] = from[i * from_row + j] for i < rows, j < columns, where `from` may be read
/// up to `end`. Rows of `to` have room for `width` >= `rows` numbers, filled up with zeros as far
/// as the next multiple of `lanes`.
inline void transpose(const real* from, Index from_row, const real* end, Index rows, Index columns,
                      real* to, Index to_row, Index width) {
  for (Index i = 0; i < rows; i += lanes)
    for (Index j = 0; j < columns; j += lanes) {
      Vector square[lanes];
      for (Index k = 0; k < lanes; ++k) {
        const real* row = from + (i + k) * from_row + j;
        square[k] = i + k < rows ? load_first(row, end - row) : Vector{};
      }
      transpose(square);
      const Index count = std::min<Index>(lanes, columns - j);
      for (Index k = 0; k < count; ++k)
        store_first(to + (j + k) * to_row + i, square[k], width - i);
    }
}

/// Vectors of `sizeof...(i)` numbers, i counting from 0.
template <int... i>
struct Block {
  static constexpr int width = sizeof...(i);
  typedef real V __attribute__((vector_size(width * sizeof(real))));
  static V load(const real* from) {
    V v;
    return std::memcpy(&v, from, sizeof v), v;
  }
  static void store(real* to, V v) { std::memcpy(to, &v, sizeof v); }

  /// Of twice as many numbers, every other one from the first on, and from the second on.
  struct Pairs {
    V left, right;
  };
  static Pairs load_pairs(const real* from) {
    const V a = load(from), b = load(from + width);
    return {__builtin_shufflevector(a, b, (2 * i)...),
            __builtin_shufflevector(a, b, (2 * i + 1)...)};
  }
  static void store_pairs(real* to, V left, V right) {
    constexpr int half = width / 2;
    store(to, __builtin_shufflevector(left, right, (i / 2 + i % 2 * width)...));
    store(to + width, __builtin_shufflevector(left, right, (half + i / 2 + i % 2 * width)...));
  }
};
template <int... i>
Block<i...> block_of(std::integer_sequence<int, i...>);
/// One of `width` numbers.
template <int width>
using BlockOf = decltype(block_of(std::make_integer_sequence<int, width>{}));

/// Copies `columns` numbers of each row, and zeros as far as the next multiple of `lanes`.
inline void copy(const real* from, Index from_row, Index rows, Index columns, real* to,
                 Index to_row) {
  for (Index i = 0; i < rows; ++i, from += from_row, to += to_row) {
    std::fill(std::copy_n(from, columns, to), to + round_up(columns, lanes), real(0));
  }
}

}  // namespace glass::kernels
