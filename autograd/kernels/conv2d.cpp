#include "autograd/implementation.hpp"
#include "autograd/kernels/direct.hpp"
#include "autograd/kernels/reference/im2col.hpp"
#include "autograd/kernels/reference/reference.hpp"
#include "autograd/kernels/runs.hpp"
#include "autograd/kernels/tile.hpp"
#include "autograd/kernels/winograd.hpp"
#include "autograd/storage.hpp"
#include "autograd/threads.hpp"

/// Convolution as an implicit matrix product. If the patch that output pixel (p,q) sees is column
/// (p,q) of a matrix ("im2col"), then with T = C*R*S terms y[K, P*Q] = w[K, T] patches[T, P*Q].
/// That matrix repeats the image R*S times, so it is never stored: tasks build blocks of it, KC
/// terms of NC pixels, in their cache, use them for all K channels and forget them.
///
/// A group of the channels of an image lies in memory as an image of its own, so that is what it is
/// here: [N,C,H,W] in G groups are N G images of C/G channels. Only the weights know its group.
namespace glass::kernels {
namespace {

bool by_im2col(const Window& g) {
  return implementation() == Implementation::im2col && g.groups == 1;
}

/// Whether each output lies on a pixel of its own, at the same place. Then what a term reads, for all
/// outputs, is the image itself, moved: one long run instead of one for each row. Where the image ends at
/// the left or right such a run wraps into the next row, and `clear_wrapped` must follow.
bool lies_on_image(const Window& g) { return g.stride == 1 && g.Q == g.W && g.P == g.H; }

/// Sets to 0 what in patches[t - first][column] came from another row of the image.
void clear_wrapped(const Window& g, Index first, Index last, Index start, Index columns,
                   real* patches) {
  if (!lies_on_image(g)) return;
  for (Index t = first; t < last; ++t, patches += block_row) {
    const Index left = t % g.S * g.dilation.w - g.padding.w;
    const Index begin = left < 0 ? 0 : std::max<Index>(0, g.Q - left);
    const Index end = left < 0 ? std::min(-left, g.Q) : g.Q;
    for (Index q = begin; q < end; ++q) {
      const Index until = q - start % g.Q;
      for (Index i = until < 0 ? until + g.Q : until; i < columns; i += g.Q) patches[i] = 0;
    }
  }
}

/// As `for_each_run`; of outputs that lie on the image, all rows at once.
template <class Visit>
void for_each_long_run(const Window& g, Index first, Index last, Index start, Index columns,
                       const Visit& visit) {
  if (!lies_on_image(g)) return for_each_run(g, first, last, start, columns, visit);
  for (Index t = first; t < last; ++t) {
    const Index c = t / (g.R * g.S), down = t / g.S % g.R * g.dilation.h - g.padding.h;
    const Index pixels = g.H * g.W, shift = down * g.W + t % g.S * g.dilation.w - g.padding.w;
    const Index begin = std::max(start, -shift), end = std::min(start + columns, pixels - shift);
    if (begin >= end) continue;
    visit(t - first, begin - start, c * pixels + begin + shift, end - begin,
          std::integral_constant<Index, 1>{});
  }
}

/// patches[t - first][pixel - start], rows `block_row` apart
void copy_patches(const real* image, const Window& g, Index first, Index last, Index start,
                  Index columns, real* patches) {
  std::fill_n(patches, (last - first) * block_row, real(0));
  for_each_long_run(g, first, last, start, columns,
                    [=](Index t, Index column, Index pixel, Index count, auto stride) {
                      real* to = patches + t * block_row + column;
                      for (Index i = 0; i < count; ++i) to[i] = image[pixel + i * stride];
                    });
  clear_wrapped(g, first, last, start, columns, patches);
}

}  // namespace

void conv2d(const real* x, const real* w, const real* bias, real* y, const Window& whole) {
  if (using_reference()) return reference::conv2d(x, w, bias, y, whole);
  if (by_im2col(whole)) return im2col::conv2d(x, w, bias, y, whole);
  if (direct::suits(whole)) return direct::conv2d(x, w, bias, y, whole);
  if (winograd::suits(whole)) return winograd::conv2d(x, w, bias, y, whole);
  const Window g = with_groups_as_images(whole);
  const Index terms = g.C * g.R * g.S, pixels = g.P * g.Q, blocks = divide_up(pixels, NC);
  const Storage scratch(threads() * KC * block_row);
  parallel_for(g.N * blocks, work_on(g.N, g.N * pixels * terms * g.K), [&](Index task, int slot) {
    const Index n = task / blocks, start = task % blocks * NC;
    const Index columns = std::min(NC, pixels - start), first_output = n % g.groups * g.K;
    real *patches = scratch.mutable_data() + slot * KC * block_row,
         *to = y + n * g.K * pixels + start;
    for (Index k = 0; bias && k < g.K; ++k) {
      std::fill_n(to + k * pixels, columns, bias[first_output + k]);
    }
    for (Index t = 0; t < terms; t += KC) {
      const Index end = std::min(terms, t + KC);
      copy_patches(x + n * g.C * g.H * g.W, g, t, end, start, columns, patches);
      multiply(g.K, columns, end - t, {w + first_output * terms + t, terms, 1}, patches, block_row,
               to, pixels, bias || t > 0);
    }
  });
}

/// The gradient to the patches is w^T dy. Its blocks too are made in cache, and then each element is
/// added to that pixel of the image where it came from. A task owns some channels of an image.
void conv2d_dx(const real* dy, const real* w, real* dx, const Window& whole) {
  if (using_reference()) return reference::conv2d_dx(dy, w, dx, whole);
  if (by_im2col(whole)) return im2col::conv2d_dx(dy, w, dx, whole);
  if (direct::suits_dx(whole)) return direct::conv2d_dx(dy, w, dx, whole);
  if (winograd::suits(whole)) return winograd::conv2d_dx(dy, w, dx, whole);
  const Window g = with_groups_as_images(whole);
  const Index taps = g.R * g.S, terms = g.C * taps, pixels = g.P * g.Q;
  const Index channels = std::min(g.C, divide_up(4 * MR, taps)), parts = divide_up(g.C, channels);
  const Index slot_size = (channels * taps + g.K) * block_row;
  const Storage scratch(threads() * slot_size);
  parallel_for(g.N * parts, work_on(g.N, g.N * pixels * terms * g.K), [&](Index task, int slot) {
    const Index n = task / parts, c = task % parts * channels, count = std::min(channels, g.C - c);
    real *patches = scratch.mutable_data() + slot * slot_size,
         *padded = patches + channels * taps * block_row;
    real* image = dx + n * g.C * g.H * g.W;
    const real* weights = w + n % g.groups * g.K * terms;
    std::fill_n(image + c * g.H * g.W, count * g.H * g.W, real(0));
    for (Index start = 0; start < pixels; start += NC) {
      const Index columns = std::min(NC, pixels - start);
      const real* right = dy + n * g.K * pixels + start;
      const bool ragged = columns % lanes != 0;
      if (ragged) copy(right, pixels, g.K, columns, padded, block_row);
      multiply(count * taps, columns, g.K, {weights + c * taps, 1, terms}, ragged ? padded : right,
               ragged ? block_row : pixels, patches, block_row, false);
      clear_wrapped(g, c * taps, (c + count) * taps, start, columns, patches);
      for_each_long_run(g, c * taps, (c + count) * taps, start, columns,
                        [=](Index t, Index column, Index pixel, Index length, auto stride) {
                          const real* from = patches + t * block_row + column;
                          for (Index i = 0; i < length; ++i) image[pixel + i * stride] += from[i];
                        });
    }
  });
}

/// dw[K, T] = dy[K, pixels] patches^T. Blocks of pixels are summed in a fixed number of shares, and
/// then the shares.
void conv2d_dw(const real* dy, const real* x, real* dw, const Window& whole) {
  ++weight_gradient_calls().conv2d;
  if (using_reference()) return reference::conv2d_dw(dy, x, dw, whole);
  if (by_im2col(whole)) return im2col::conv2d_dw(dy, x, dw, whole);
  if (winograd::suits(whole)) return winograd::conv2d_dw(dy, x, dw, whole);
  const Window g = with_groups_as_images(whole);
  const Index terms = g.C * g.R * g.S, pixels = g.P * g.Q, blocks = divide_up(pixels, NC);
  const Index size = whole.K * terms, shares = std::min<Index>(g.N * blocks, 8);
  constexpr Index part = 2 * NR, row = part + lanes;  // of the terms, whose patches are transposed
  const Index slot_size = part * block_row + NC * row;
  const Storage scratch(threads() * slot_size), sums = Storage::zeros(shares * size);
  parallel_for(shares, g.N * pixels * g.K * terms, [&](Index share, int slot) {
    real *patches = scratch.mutable_data() + slot * slot_size,
         *transposed = patches + part * block_row;
    for (Index block = share * g.N * blocks / shares; block < (share + 1) * g.N * blocks / shares;
         ++block) {
      const Index n = block / blocks, start = block % blocks * NC;
      const Index columns = std::min(NC, pixels - start);
      real* to = sums.mutable_data() + share * size + n % g.groups * g.K * terms;
      for (Index t = 0; t < terms; t += part) {
        const Index count = std::min<Index>(part, terms - t);
        copy_patches(x + n * g.C * g.H * g.W, g, t, t + count, start, columns, patches);
        transpose(patches, block_row, transposed, count, columns, transposed, row, row);
        multiply(g.K, count, columns, {dy + n * g.K * pixels + start, pixels, 1}, transposed, row,
                 to + t, terms, true);
      }
    }
  });
  add_groups(sums.data(), shares, size, dw);
}

}  // namespace glass::kernels
