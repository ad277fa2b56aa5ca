#pragma once

#include "autograd/kernels.hpp"

/// Convolutions in which each output sees few channels: see direct.cpp.
namespace glass::kernels::direct {

/// Whether this is expected to be the fastest way: for y, and for dx and dw, where each weight's gradient
/// and each pixel's sums over the outputs.
bool suits(const Window& g);
bool suits_gradients(const Window& g);

void conv2d(const real* x, const real* w, const real* bias, real* y, const Window& g);
void conv2d_dx(const real* dy, const real* w, real* dx, const Window& g);
void conv2d_dw(const real* dy, const real* x, real* dw, const Window& g);

}  // namespace glass::kernels::direct
