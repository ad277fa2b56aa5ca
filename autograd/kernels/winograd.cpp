#include "autograd/kernels/winograd.hpp"

#include "autograd/channels.hpp"
#include "autograd/implementation.hpp"
#include "autograd/kernels/tile.hpp"
#include "autograd/storage.hpp"
#include "autograd/threads.hpp"

/// Winograd's minimal filtering F(4x4, 3x3), after Lavin and Gray, "Fast Algorithms for
/// Convolutional Neural Networks" (2016). As with the Fourier transform, a convolution becomes a
/// product point by point in another domain. There, 4x4 outputs of a 3x3 window over 6x6 inputs
/// take 36 multiplications instead of 144:
///
///     y = A^T [(G w G^T) * (B^T x B)] A        (* point by point)
///
/// Summed over the input channels, each of the 36 points is a matrix product of its own:
/// [tiles, C] [C, K]. So there are three steps: transform, 36 products, transform back. Channels are
/// the innermost dimension in the domain, so that a vector holds one point of several channels.
///
/// The gradient to w applies the transposed maps: dw = G^T [sum over tiles (A dy A^T) * (B^T x B)] G.
namespace glass::kernels::winograd {
namespace {

constexpr Index points = 36;

/// What the rows of B^T, G and A have in common: the second and third are an even part plus and minus
/// an odd one, and so are the fourth and fifth.
GLASS_INLINE inline void combine(Vector first, Vector even1, Vector odd1, Vector even2, Vector odd2,
                                 Vector last, Vector* y, int t) {
  y[0] = first, y[t] = even1 + odd1, y[2 * t] = even1 - odd1;
  y[3 * t] = even2 + odd2, y[4 * t] = even2 - odd2, y[5 * t] = last;
}

// The maps in one dimension, on elements `s` apart to elements `t` apart.
struct InputMap {  // B^T: 6 -> 6
  GLASS_INLINE void operator()(const Vector* x, int s, Vector* y, int t) const {
    combine(4 * x[0] - 5 * x[2 * s] + x[4 * s], x[4 * s] - 4 * x[2 * s], x[3 * s] - 4 * x[s],
            x[4 * s] - x[2 * s], 2 * (x[3 * s] - x[s]), 4 * x[s] - 5 * x[3 * s] + x[5 * s], y, t);
  }
};
struct WeightMap {  // G: 3 -> 6
  GLASS_INLINE void operator()(const Vector* x, int s, Vector* y, int t) const {
    combine(x[0] * real(0.25), (x[0] + x[2 * s]) * real(-1. / 6), x[s] * real(-1. / 6),
            x[0] * real(1. / 24) + x[2 * s] * real(1. / 6), x[s] * real(1. / 12), x[2 * s], y, t);
  }
};
struct OutputGradientMap {  // A: 4 -> 6
  GLASS_INLINE void operator()(const Vector* x, int s, Vector* y, int t) const {
    combine(x[0], x[0] + x[2 * s], x[s] + x[3 * s], x[0] + 4 * x[2 * s], 2 * x[s] + 8 * x[3 * s],
            x[3 * s], y, t);
  }
};
struct OutputMap {  // A^T: 6 -> 4
  GLASS_INLINE void operator()(const Vector* x, int s, Vector* y, int t) const {
    const Vector even1 = x[s] + x[2 * s], even2 = x[3 * s] + x[4 * s];
    const Vector odd1 = x[s] - x[2 * s], odd2 = x[3 * s] - x[4 * s];
    y[0] = x[0] + even1 + even2, y[t] = odd1 + 2 * odd2;
    y[2 * t] = even1 + 4 * even2, y[3 * t] = odd1 + 8 * odd2 + x[5 * s];
  }
};
struct WeightGradientMap {  // G^T: 6 -> 3
  GLASS_INLINE void operator()(const Vector* x, int s, Vector* y, int t) const {
    const Vector even1 = x[s] + x[2 * s], even2 = x[3 * s] + x[4 * s];
    y[0] = x[0] * real(0.25) - even1 * real(1. / 6) + even2 * real(1. / 24);
    y[t] = (x[3 * s] - x[4 * s]) * real(1. / 12) - (x[s] - x[2 * s]) * real(1. / 6);
    y[2 * t] = (even2 - even1) * real(1. / 6) + x[5 * s];
  }
};

/// Applies a map from `m` to `n` elements to the columns of a square, then to its rows.
template <int m, int n, class Map>
GLASS_INLINE inline void map_square(const Vector* from, Vector* to, Map map) {
  Vector half[n * m];
  unrolled<m>([&](int column) GLASS_INLINE { map(from + column, m, half + column, m); });
  unrolled<n>([&](int row) GLASS_INLINE { map(half + row * m, 1, to + row * n, 1); });
}

/// Rows of tiles are counted through all images, `rows` to each. A batch is as many as keep about
/// `numbers` numbers in the domain, for the cache's sake, but enough to be worth reading all weights; of
/// several, the number is even.
struct Tiles {
  Index rows, columns, all_rows, batches, batch_rows;
  Tiles(const Window& g, Index numbers)
      : rows(divide_up(g.P, 4)), columns(divide_up(g.Q, 4)), all_rows(g.N * rows) {
    const Index row_numbers = points * (g.C + g.K) * columns;
    batches = divide_up(all_rows, std::max(divide_up(2 * MR, columns), numbers / row_numbers));
    if (batches > 1) batches = std::min(round_up(batches, 2), all_rows);
    batch_rows = divide_up(all_rows, batches);
  }
  Index batch_begin(Index batch) const { return batch * all_rows / batches; }
  /// The end of those rows after `first` that belong to the same image.
  Index run_end(Index first, Index end) const { return std::min(end, (first / rows + 1) * rows); }
  /// Room for the pixels of a run, `lanes` channels of them.
  Index room() const { return (std::min(rows, batch_rows) * 4 + 2) * (columns * 4 + 2) * lanes; }
};

/// Layout of numbers in the domain: [row][point][channel], channels padded to whole vectors, and rows by one
/// more: many of them are read side by side, and must not all fall into one set of the cache.
struct Domain {
  Index channels, row, size;
  Domain(Index rows, Index channel_count)
      : channels(round_up(channel_count, lanes)), row(points * channels + lanes), size(rows * row) {}
};

/// Transforms the rows of tiles from `begin` to `end`: of each tile `size` x `size` pixels, which start at
/// multiples of 4 less `padding`. Pixels of an image, `lanes` channels of them, are first turned to
/// [pixel][channel], with zeros around the image.
template <int size, class Map>
void images_to_domain(const real* images, Index N, Index C, Index H, Index W, Size2 padding,
                      Map map, const Tiles& tiles, Index begin, Index end, real* room,
                      const Domain& domain, real* to) {
  const Index width = tiles.columns * 4 + size - 4;
  const Index left = std::clamp<Index>(padding.w, 0, width);
  const Index right = std::clamp(W + padding.w, left, width), step = domain.channels;
  for (Index first = begin, last; first < end; first = last) {
    last = tiles.run_end(first, end);
    const Index n = first / tiles.rows, top = first % tiles.rows * 4 - padding.h;
    for (Index c = 0; c < C; c += lanes) {
      real* row = room;
      for (Index h = top; h < top + (last - first) * 4 + size - 4; ++h, row += width * lanes) {
        const bool inside = h >= 0 && h < H;
        std::fill(row, row + (inside ? left : width) * lanes, real(0));
        if (!inside) continue;
        transpose(images + ((n * C + c) * H + h) * W + left - padding.w, H * W,
                  images + N * C * H * W, std::min<Index>(lanes, C - c), right - left,
                  row + left * lanes, lanes, lanes);
        std::fill(row + right * lanes, row + width * lanes, real(0));
      }
      real* tile = to + (first - begin) * tiles.columns * domain.row + c;
      for (Index i = 0; i < (last - first) * tiles.columns; ++i, tile += domain.row) {
        const real* corner = room + (i / tiles.columns * width + i % tiles.columns) * 4 * lanes;
        Vector pixels[size * size], result[points];
        unrolled<size * size>([&](int j) GLASS_INLINE {
          pixels[j] = load(corner + (j / size * width + j % size) * lanes);
        });
        map_square<size, 6>(pixels, result, map);
        for (int j = 0; j < points; ++j) store(tile + j * step, result[j]);
      }
    }
  }
}

/// Transforms rows of tiles back into the channels [k_begin, k_end) of y.
void domain_to_images(const real* from, const Domain& domain, const Tiles& tiles, Index begin,
                      Index end, Index k_begin, Index k_end, const real* bias, const Window& g,
                      real* room, real* y) {
  for (Index first = begin, last; first < end; first = last) {
    last = tiles.run_end(first, end);
    const Index n = first / tiles.rows, top = first % tiles.rows * 4;
    for (Index k = k_begin; k < k_end; k += lanes) {
      const Index channels = std::min<Index>(lanes, g.K - k);
      const Vector offset = bias ? load_first(bias + k, channels) : Vector{};
      const real* tile = from + (first - begin) * tiles.columns * domain.row + k - k_begin;
      for (Index i = 0; i < (last - first) * tiles.columns; ++i, tile += domain.row) {
        const Index p = i / tiles.columns * 4, q = i % tiles.columns * 4;
        Vector point[points], pixels[16];
        for (int j = 0; j < points; ++j) point[j] = load(tile + j * domain.channels);
        map_square<6, 4>(point, pixels, OutputMap{});
        real* corner = room + (p * g.Q + q) * lanes;
        for (Index j = 0; j < std::min<Index>(4, g.P - top - p); ++j)
          for (Index l = 0; l < std::min<Index>(4, g.Q - q); ++l)
            store(corner + (j * g.Q + l) * lanes, pixels[j * 4 + l] + offset);
      }
      const Index pixels = std::min(g.P - top, (last - first) * 4) * g.Q;
      transpose(room, lanes, room + pixels * lanes, pixels, channels,
                y + ((n * g.K + k) * g.P + top) * g.Q, g.P * g.Q, pixels);
    }
  }
}

/// The right operand of the products, u[point][c][k] = G w G^T, for the channels k in [begin, end). If
/// `turned`, w is [C,K,3,3] and its window is turned by 180 degrees. Rows of u are `row`, points `step`
/// numbers apart.
void weights_to_domain(const real* w, Index C, Index K, Index begin, Index end, bool turned,
                       real* room, Index row, Index step, real* to) {
  const real* w_end = w + C * K * 9;
  for (Index k = begin; k < end; k += lanes, to += lanes) {
    const Index count = std::min<Index>(lanes, K - k);
    if (!turned) transpose(w + k * C * 9, C * 9, w_end, count, C * 9, room, lanes, lanes);
    for (Index c = 0; c < C; ++c) {
      if (turned) transpose(w + (c * K + k) * 9, 9, w_end, count, 9, room, lanes, lanes);
      Vector window[9], result[points];
      for (int i = 0; i < 9; ++i) window[i] = load(room + (turned ? 8 - i : c * 9 + i) * lanes);
      map_square<3, 6>(window, result, WeightMap{});
      for (int i = 0; i < points; ++i) store(to + i * step + c * row, result[i]);
    }
  }
}

/// dw = G^T u G for each c and k.
void domain_to_weights(const real* from, const Domain& domain, Index C, Index K, real* room,
                       real* dw) {
  for (Index k = 0; k < K; k += lanes) {
    for (Index c = 0; c < C; ++c) {
      Vector point[points], window[9];
      for (int i = 0; i < points; ++i)
        point[i] = load(from + c * domain.row + i * domain.channels + k);
      map_square<6, 3>(point, window, WeightGradientMap{});
      for (int i = 0; i < 9; ++i) store(room + (c * 9 + i) * lanes, window[i]);
    }
    transpose(room, lanes, room + C * 9 * lanes, C * 9, std::min<Index>(lanes, K - k),
              dw + k * C * 9, C * 9, C * 9);
  }
}

/// A task takes tiles through all three steps: a batch of them for all output channels, or, if the tiles
/// are fewer than the channels, all of them for a part of the channels. What is the same for all tasks,
/// the weights or the tiles, each thread transforms once, for itself: two cores that read what one of
/// them writes would wait longer than that takes.
void correlate(const real* x, const real* w, bool turned, const real* bias, real* y,
               const Window& g) {
  Tiles tiles(g, 1 << 17);
  const bool few = tiles.all_rows * tiles.columns < g.K;
  if (few) tiles.batches = 1, tiles.batch_rows = tiles.all_rows;
  const Index K = round_up(g.K, lanes), part = few ? std::min<Index>(K, 2 * lanes) : K;
  const Index tasks = few ? divide_up(K, part) : tiles.batches;
  const Index batch_tiles = tiles.batch_rows * tiles.columns;
  const Domain input(batch_tiles, g.C), output(batch_tiles, part);
  const Index plane = g.C * part + lanes;  // not a power of two, as block_row
  const Index room_size = std::max(tiles.room(), 9 * g.C * lanes);
  const Index slot_size = room_size + input.size + output.size + points * plane;
  const Storage scratch(threads() * slot_size);
  std::vector<char> prepared(static_cast<std::size_t>(threads()), false);
  const Index work = tiles.all_rows * tiles.columns * points * g.C * K;
  parallel_for(tasks, work_on(g.N, work), [&](Index task, int slot) {
    const Index begin = few ? 0 : tiles.batch_begin(task);
    const Index end = few ? tiles.all_rows : tiles.batch_begin(task + 1);
    const Index k_begin = few ? task * part : 0, k_end = std::min(K, k_begin + part);
    real* room = scratch.mutable_data() + slot * slot_size;
    real *in = room + room_size, *out = in + input.size, *u = out + output.size;
    const bool first_task = !std::exchange(prepared[static_cast<std::size_t>(slot)], true);
    if (first_task || !few) {
      images_to_domain<6>(x, g.N, g.C, g.H, g.W, g.padding, InputMap{}, tiles, begin, end, room,
                          input, in);
    }
    if (first_task || few) {
      weights_to_domain(w, g.C, g.K, k_begin, k_end, turned, room, part, plane, u);
    }
    for (Index i = 0; i < points; ++i)
      for (Index c = 0; c < g.C; c += KC) {
        multiply((end - begin) * tiles.columns, k_end - k_begin, std::min(KC, g.C - c),
                 {in + i * input.channels + c, input.row, 1}, u + i * plane + c * part, part,
                 out + i * output.channels, output.row, c > 0);
      }
    domain_to_images(out, output, tiles, begin, end, k_begin, k_end, bias, g, room, y);
  });
}

}  // namespace

bool suits(const Window& g) {
  const bool applies = g.R == 3 && g.S == 3 && g.stride == 1 && g.dilation == 1 && g.groups == 1;
  return implementation() == Implementation::fast && applies && std::min(g.C, g.K) >= 8 && g.N > 0;
}

void conv2d(const real* x, const real* w, const real* bias, real* y, const Window& g) {
  correlate(x, w, false, bias, y, g);
}

/// Input (h,w) was read through tap (r,s) by output (h + padding - r, w + padding - s): dx is dy
/// convolved with the weights turned by 180 degrees, C and K exchanged.
void conv2d_dx(const real* dy, const real* w, real* dx, const Window& g) {
  const Size2 padding(2 - g.padding.h, 2 - g.padding.w);
  correlate(dy, w, true, nullptr, dx, {g.N, g.K, g.P, g.Q, g.C, 3, 3, 1, padding});
}

/// A group of batches of tiles goes through all steps in one task. The groups, whose number follows from
/// the shapes, are added at the end.
void conv2d_dw(const real* dy, const real* x, real* dw, const Window& g) {
  const Domain weights(g.C, g.K);
  const Tiles tiles(g, std::max<Index>(1 << 17, 2 * weights.size));  // each batch reads all sums
  const Index batch_tiles = tiles.batch_rows * tiles.columns, size = g.K * g.C * 9;
  const Domain input(batch_tiles, g.C), output(batch_tiles, g.K);
  const Index groups = std::min<Index>(tiles.batches, 8);
  const Index room_size = std::max(tiles.room(), 9 * g.C * lanes);
  const Index slot_size = room_size + input.size + output.size + weights.size;
  const Storage scratch(threads() * slot_size), sums(groups * size);
  const Index work = tiles.all_rows * tiles.columns * points * g.C * g.K;
  parallel_for(groups, work, [&](Index group, int slot) {
    real* room = scratch.mutable_data() + slot * slot_size;
    real *in = room + room_size, *out = in + input.size, *sum = out + output.size;
    const Index first_batch = group * tiles.batches / groups;
    for (Index batch = first_batch; batch < (group + 1) * tiles.batches / groups; ++batch) {
      const Index begin = tiles.batch_begin(batch), end = tiles.batch_begin(batch + 1);
      images_to_domain<6>(x, g.N, g.C, g.H, g.W, g.padding, InputMap{}, tiles, begin, end, room,
                          input, in);
      images_to_domain<4>(dy, g.N, g.K, g.P, g.Q, 0, OutputGradientMap{}, tiles, begin, end, room,
                          output, out);
      for (Index i = 0; i < points; ++i) {
        multiply(g.C, weights.channels, (end - begin) * tiles.columns,
                 {in + i * input.channels, 1, input.row}, out + i * output.channels, output.row,
                 sum + i * weights.channels, weights.row, batch > first_batch);
      }
    }
    domain_to_weights(sum, weights, g.C, g.K, room, sums.mutable_data() + group * size);
  });
  add_groups(sums.data(), groups, size, dw);
}

}  // namespace glass::kernels::winograd
