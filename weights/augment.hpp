#pragma once

#include <span>

#include "autograd/precision.hpp"
#include "autograd/random.hpp"

namespace glass::training {

/// Random changes that leave an image's class as it is. A network that sees each image a little
/// different every time cannot learn it by heart.
struct Augmentation {
  bool flip = false;  ///< left and right change places every other time
  Index shift = 0;    ///< moved by up to this many pixels each way; the edge is mirrored
  double noise = 0;   ///< Gaussian noise of a standard deviation up to this, in units of white
};

/// Changes one image, [C,H,W] of `shape`, in place; pixels stay in [0, 1].
void augment(std::span<real> image, const Shape& shape, const Augmentation& how, Rng& rng);

}  // namespace glass::training
