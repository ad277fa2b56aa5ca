#pragma once

#include "autograd/kernels.hpp"

/// Convolutions without groups, by a stored matrix of patches and gemm.
namespace glass::kernels::im2col {

void conv2d(const real* x, const real* w, const real* bias, real* y, const Window& g);
void conv2d_dx(const real* dy, const real* w, real* dx, const Window& g);
void conv2d_dw(const real* dy, const real* x, real* dw, const Window& g);

}  // namespace glass::kernels::im2col
