#pragma once

#include "autograd/kernels.hpp"

/// Convolutions in which each output sees few channels: see direct.cpp.
namespace glass::kernels::direct {

/// Whether these are expected to be the fastest way.
bool suits(const Window& g);
bool suits_dx(const Window& g);

void conv2d(const real* x, const real* w, const real* bias, real* y, const Window& g);
void conv2d_dx(const real* dy, const real* w, real* dx, const Window& g);

}  // namespace glass::kernels::direct
