#include "weights/augment.hpp"

#include <algorithm>
#include <vector>

namespace glass::training {

namespace {

/// The pixel of 0 .. n-1 that `i` shows when the image is mirrored at its edges.
Index mirrored(Index i, Index n) {
  i = (i % (2 * n) + 2 * n) % (2 * n);
  return i < n ? i : 2 * n - 1 - i;
}

/// Moves the image down by `dy` and right by `dx` pixels. What comes in mirrors the image: a black
/// border would be something to see.
void shift(std::span<real> image, const Shape& shape, Index dy, Index dx) {
  const Index C = shape[0], H = shape[1], W = shape[2];
  const std::vector<real> from(image.begin(), image.end());
  real* pixel = image.data();
  for (Index c = 0; c < C; ++c)
    for (Index i = 0; i < H; ++i) {
      const real* row = from.data() + (c * H + mirrored(i - dy, H)) * W;
      for (Index j = 0; j < W; ++j) *pixel++ = row[mirrored(j - dx, W)];
    }
}

void flip(std::span<real> image, Index width) {
  for (auto row = image.begin(); row != image.end(); row += width) std::reverse(row, row + width);
}

}  // namespace

void augment(std::span<real> image, const Shape& shape, const Augmentation& how, Rng& rng) {
  if (how.flip && rng.uniform() < 0.5) training::flip(image, shape[2]);
  if (how.shift > 0) {
    const Index dy = rng.below(2 * how.shift + 1) - how.shift;
    const Index dx = rng.below(2 * how.shift + 1) - how.shift;
    training::shift(image, shape, dy, dx);
  }
  if (how.noise > 0) {
    const double stddev = rng.uniform(0, how.noise);  // from clean to hardly recognisable
    for (real& pixel : image) {
      pixel = std::clamp(static_cast<real>(pixel + stddev * rng.normal()), real(0), real(1));
    }
  }
}

}  // namespace glass::training
