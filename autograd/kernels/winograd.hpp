#pragma once

#include "autograd/kernels.hpp"

/// Convolutions with a 3x3 window, stride 1 and neither dilation nor groups by Winograd's algorithm: see winograd.cpp.
namespace glass::kernels::winograd {

/// Whether the algorithm applies and is expected to be the fastest.
bool suits(const Window& g);

void conv2d(const real* x, const real* w, const real* bias, real* y, const Window& g);
void conv2d_dx(const real* dy, const real* w, real* dx, const Window& g);
void conv2d_dw(const real* dy, const real* x, real* dw, const Window& g);

}  // namespace glass::kernels::winograd
