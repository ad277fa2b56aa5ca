#include "weights/augment.hpp"

#include <algorithm>
#include <vector>

namespace glass::inline GLASS_PRECISION::training {

namespace {

/// Moves the image down by `dy` and right by `dx` pixels.
void shift(std::span<real> image, const Shape& shape, Index dy, Index dx) {
  const Index C = shape[0], H = shape[1], W = shape[2];
  const std::vector<real> from(image.begin(), image.end());
  std::fill(image.begin(), image.end(), real(0));
  const Index left = std::max<Index>(0, dx), right = std::min(W, W + dx);
  for (Index c = 0; c < C; ++c) {
    for (Index i = std::max<Index>(0, dy); i < std::min(H, H + dy); ++i) {
      const real* source = from.data() + (c * H + i - dy) * W - dx;
      real* row = image.data() + (c * H + i) * W;
      for (Index j = left; j < right; ++j) row[j] = source[j];
    }
  }
}

}  // namespace

void augment(std::span<real> image, const Shape& shape, const Augmentation& how, Rng& rng) {
  if (how.shift > 0) {
    const Index dy = rng.below(2 * how.shift + 1) - how.shift;
    const Index dx = rng.below(2 * how.shift + 1) - how.shift;
    training::shift(image, shape, dy, dx);
  }
  if (how.noise > 0) {
    for (real& pixel : image) {
      pixel = std::clamp(static_cast<real>(pixel + how.noise * rng.normal()), real(0), real(1));
    }
  }
}

}  // namespace glass::inline GLASS_PRECISION::training
