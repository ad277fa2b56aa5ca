#pragma once

#include "autograd/tensor.hpp"

namespace glass::viz {

/// Each plane of x[N,C,H,W] under a Gaussian of standard deviation `sigma` pixels (> 0), cut off at
/// three of them, with the edge pixels repeated outwards. Off the tape.
Tensor gaussian_blur(const Tensor& x, double sigma);

}  // namespace glass::viz
