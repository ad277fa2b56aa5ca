#pragma once

#include "autograd/geometry.hpp"
#include "autograd/ops.hpp"

namespace glass {

/// The window of a pooling over x[N,C,H,W]; throws ShapeError, naming `operation`, if it does not
/// fit.
inline kernels::Window pool_window(const char* operation, const Tensor& x,
                                   const Pool2dOptions& options) {
  const Shape& xs = x.shape();
  const auto [kernel, stride_or_0, padding] = options;
  const Size2 stride(stride_or_0.h ? stride_or_0.h : kernel.h,
                     stride_or_0.w ? stride_or_0.w : kernel.w);
  return sliding_window(operation, xs, xs[1], kernel, stride, padding);
}

}  // namespace glass
