#pragma once

#include "autograd/kernels/reference/reference.hpp"
#include "docs/lecturers/private/private.hpp"

namespace glass::grade {

/// A convolution of the lecturer's sizes, all of them different where that can be.
struct Convolution {
  kernels::Window g;
  Tensor x, w, b;

  Convolution(Rng& rng, Size2 stride, Size2 padding)
      : g(sliding_window(
            "conv2d",
            {between(rng, 2, 3), between(rng, 2, 4), between(rng, 7, 9), between(rng, 6, 8)},
            between(rng, 3, 5), {between(rng, 2, 4), between(rng, 1, 3)}, stride, padding)),
        x(Tensor::randn({g.N, g.C, g.H, g.W}, rng)),
        w(Tensor::randn({g.K, g.C, g.R, g.S}, rng)),
        b(Tensor::randn({g.K}, rng)) {}

  Conv2dOptions options() const { return {.stride = g.stride, .padding = g.padding}; }
};

}  // namespace glass::grade
