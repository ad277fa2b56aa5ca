#pragma once

#include "autograd/kernels.hpp"

namespace glass::kernels {

// Pooling: x[N,C,H,W], y[N,C,P,Q]. A window that lies in the padding alone gives 0. The gradient of
// a maximum goes to the first pixel under the window that equals it; NaN is larger than any number,
// and equals none. Averages divide by R*S.
/// The largest value of each window.
void max_pool2d(const real* x, real* y, const Window& g);
/// Its gradient to x.
void max_pool2d_dx(const real* dy, const real* x, const real* y, real* dx, const Window& g);
/// The mean of each window.
void avg_pool2d(const real* x, real* y, const Window& g);
/// Its gradient to x.
void avg_pool2d_dx(const real* dy, real* dx, const Window& g);

namespace reference {
void max_pool2d(const real* x, real* y, const Window& g);
void max_pool2d_dx(const real* dy, const real* x, const real* y, real* dx, const Window& g);
void avg_pool2d(const real* x, real* y, const Window& g);
void avg_pool2d_dx(const real* dy, real* dx, const Window& g);
}  // namespace reference

}  // namespace glass::kernels
