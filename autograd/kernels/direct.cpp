#include "autograd/kernels/direct.hpp"

#include <vector>

#include "autograd/implementation.hpp"
#include "autograd/kernels/runs.hpp"
#include "autograd/kernels/tile.hpp"
#include "autograd/storage.hpp"

/// Convolution without a product of matrices, where each output sees few channels: depthwise layers,
/// and the first layer of a network. There a matrix of patches costs more than it saves.
///
/// Each group of channels is copied once, with the padding around it, so that nobody asks where the
/// image ends, and dealt out by the stride: pixel (h,w) goes to plane (h % stride.h, w % stride.w). Then
/// what term t = (c,r,s) sees, for output after output, lies side by side: with i = p * row + q,
///
///     y[k,i] = sum_t w[k,t] image[offset[t] + i]
///
/// one long run for all rows, whose few numbers between Q and `row` are computed for nobody.
namespace glass::kernels::direct {
namespace {

constexpr int vectors = 4, block = vectors * lanes;  // of a run, summed in registers at a time

/// How a group of an image lies in its planes, and its outputs beside them.
struct Planes {
  Window g;  ///< of one group, as if it were all; N counts those of all images
  Index terms = g.C * g.R * g.S, phases = g.stride.h * g.stride.w;
  Index row = g.Q + (g.S - 1) * g.dilation.w / g.stride.w;
  Index rows = g.P + (g.R - 1) * g.dilation.h / g.stride.h;
  Index plane = rows * row;
  Index farthest = plane - (g.P - 1) * row - g.Q;  ///< of all terms from their output

  /// The plane that term t sees.
  Index plane_of(Index t) const {
    const Index r = t / g.S % g.R * g.dilation.h, s = t % g.S * g.dilation.w;
    return (t / (g.R * g.S) * g.stride.h + r % g.stride.h) * g.stride.w + s % g.stride.w;
  }
  /// Where in it the first output sees it.
  Index within(Index t) const {
    return t / g.S % g.R * g.dilation.h / g.stride.h * row + t % g.S * g.dilation.w / g.stride.w;
  }
  /// Calls visit(pixel, at, count) for each plane: its `count` numbers from `at` on, `row` apart, are the
  /// image's pixels from `pixel` on, every `stride`-th; the others lie in the padding.
  template <class Visit>
  void for_each_plane(const Visit& visit) const {
    const auto first = [](Index phase, Index padding, Index stride) {
      return (phase + stride - padding % stride) % stride;
    };
    for (Index i = 0; i < g.C * phases; ++i) {
      const Index c = i / phases;
      const Index h = first(i / g.stride.w % g.stride.h, g.padding.h, g.stride.h);
      const Index w = first(i % g.stride.w, g.padding.w, g.stride.w);
      const Size2 begin((h + g.padding.h) / g.stride.h, (w + g.padding.w) / g.stride.w);
      const Size2 count(std::min(divide_up(g.H - h, g.stride.h), rows - begin.h),
                        std::min(divide_up(g.W - w, g.stride.w), row - begin.w));
      if (count.h <= 0 || count.w <= 0) continue;
      visit((c * g.H + h) * g.W + w, i * plane + begin.h * row + begin.w, count);
    }
  }
};

/// One product of a sum: weight w[weight] and, for number i of a run, image[offset + i].
struct Term {
  Index weight, offset;
};
/// to[k * run + i] = bias[k] + the sum over the terms of w[k * w_row + weight] image[offset + i]
template <int outputs>
void sum_runs(const std::vector<Term>& terms, const real* w, Index w_row, const real* bias,
              const real* image, Index run, real* to) {
  for (Index i = 0; i < run; i += block) {
    Vector sum[outputs][vectors] = {};
    for (const Term& term : terms) {
      const Index weight = term.weight, offset = term.offset;
      Vector seen[vectors];
      unrolled<vectors>([&](int v)
                            GLASS_INLINE { seen[v] = load(image + offset + i + v * lanes); });
      unrolled<outputs>([&](int k) GLASS_INLINE {
        const Vector factor = broadcast(w[k * w_row + weight]);
        unrolled<vectors>([&](int v) GLASS_INLINE { sum[k][v] += factor * seen[v]; });
      });
    }
    unrolled<outputs>([&](int k) GLASS_INLINE {
      const Vector b = broadcast(bias ? bias[k] : real(0));
      unrolled<vectors>([&](int v)
                            GLASS_INLINE { store(to + k * run + i + v * lanes, b + sum[k][v]); });
    });
  }
}

/// to[i * to_row + j] = from[i * from_row + j * step] for i < rows, j < columns, by blocks of which the last
/// overlaps the one before; a step of 2 reads nothing behind the last number.
template <int width = lanes>
void copy_rows(const real* from, Index from_row, Index step, real* to, Index to_row, Index rows,
               Index columns) {
  const Index last = columns - 1;
  if constexpr (width > 1) {
    if (last < width || step > 2) {
      return copy_rows<width / 2>(from, from_row, step, to, to_row, rows, columns);
    }
  }
  const BlockOf<width> part;
  for (Index i = 0; i < rows; ++i, from += from_row, to += to_row) {
    for (Index j = 0; width > 1 && j < last; j += width) {
      const Index at = std::min(j, last - width);
      part.store(to + at, step == 1 ? part.load(from + at) : part.load_pairs(from + 2 * at).left);
    }
    for (Index j = width > 1 ? last : 0; j < columns; ++j) to[j] = from[j * step];
  }
}

}  // namespace

bool suits(const Window& g) {
  return implementation() == Implementation::fast && g.C <= 4 * g.groups && g.K <= 32 * g.groups;
}

bool suits_dx(const Window& g) { return suits(g) && g.K <= 4 * g.groups; }

void conv2d(const real* x, const real* w, const real* bias, real* y, const Window& whole) {
  constexpr int most = MR > 6 ? 4 : 2;  // outputs that are summed together
  const Planes p{with_groups_as_images(whole)};
  const Window& g = p.g;
  std::vector<Term> terms;
  for (Index t = 0; t < p.terms; ++t) {
    terms.push_back({t, p.plane_of(t) * p.plane + p.within(t)});
  }
  const Index run = round_up(g.P * p.row, block);
  const Index image_size = g.C * p.phases * p.plane + block, slot_size = image_size + most * run;
  const Storage scratch = Storage::zeros(threads() * slot_size);
  parallel_for(g.N, work_on(g.N, g.N * g.K * p.terms * g.P * g.Q), [&](Index n, int slot) {
    real *image = scratch.mutable_data() + slot * slot_size, *runs = image + image_size;
    const real* from = x + n * g.C * g.H * g.W;
    p.for_each_plane([&](Index pixel, Index at, Size2 count) {
      copy_rows(from + pixel, g.stride.h * g.W, g.stride.w, image + at, p.row, count.h, count.w);
    });
    const Index first = n % g.groups * g.K;
    for (Index k = 0, count; k < g.K; k += count) {
      count = g.K - k < most ? 1 : most;
      (count == 1 ? sum_runs<1> : sum_runs<most>)(terms, w + (first + k) * p.terms, p.terms,
                                                  bias ? bias + first + k : nullptr, image, run,
                                                  runs);
      for (Index i = 0; i < count; ++i) {
        copy_rows(runs + i * run, p.row, 1, y + (n * g.K + k + i) * g.P * g.Q, g.Q, g.P, g.Q);
      }
    }
  });
}

/// Backwards, a number of a plane sees the outputs that saw it: by term t that which lies `within(t)`
/// before it, and 0 where there is none.
void conv2d_dx(const real* dy, const real* w, real* dx, const Window& whole) {
  const Planes p{with_groups_as_images(whole)};
  const Window& g = p.g;
  const Index run = round_up(p.plane, block), output_size = p.farthest + run;
  std::vector<std::vector<Term>> terms(static_cast<std::size_t>(g.C * p.phases));
  for (Index k = 0; k < g.K; ++k)
    for (Index t = 0; t < p.terms; ++t) {
      terms[static_cast<std::size_t>(p.plane_of(t))].push_back(
          {k * p.terms + t, k * output_size + p.farthest - p.within(t)});
    }
  const Index planes = std::ssize(terms), slot_size = g.K * output_size + planes * p.plane + block;
  const Storage scratch = Storage::zeros(threads() * slot_size);
  parallel_for(g.N, work_on(g.N, g.N * g.K * p.terms * g.P * g.Q), [&](Index n, int slot) {
    real *outputs = scratch.mutable_data() + slot * slot_size, *image = outputs + g.K * output_size;
    for (Index k = 0; k < g.K; ++k) {
      copy_rows(dy + (n * g.K + k) * g.P * g.Q, g.Q, 1, outputs + k * output_size + p.farthest,
                p.row, g.P, g.Q);
    }
    const real* weights = w + n % g.groups * g.K * p.terms;
    for (Index plane = 0; plane < planes; ++plane) {  // writes a little more: the next ones' place
      sum_runs<1>(terms[static_cast<std::size_t>(plane)], weights, 0, nullptr, outputs, run,
                  image + plane * p.plane);
    }
    real* to = dx + n * g.C * g.H * g.W;
    std::fill_n(to, g.C * g.H * g.W, real(0));
    p.for_each_plane([&](Index pixel, Index at, Size2 count) {
      for (Index i = 0; i < count.h; ++i, pixel += g.stride.h * g.W, at += p.row)
        for (Index j = 0; j < count.w; ++j) to[pixel + j * g.stride.w] = image[at + j];
    });
  });
}

}  // namespace glass::kernels::direct
