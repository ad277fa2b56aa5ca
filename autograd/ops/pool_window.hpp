#pragma once

#include "autograd/geometry.hpp"
#include "autograd/ops.hpp"

namespace glass {

/// The window of a pooling over x[N,C,H,W]; throws ShapeError, naming `who`, if it does not fit.
/// Operations and layers ask here.
inline kernels::Window pool_window(const char* who, const Shape& x, const Pool2dOptions& options) {
  const auto& [kernel, stride_or_0, padding, dilation, ceil_mode] = options;
  const Size2 stride(stride_or_0.h ? stride_or_0.h : kernel.h,
                     stride_or_0.w ? stride_or_0.w : kernel.w);
  const Size2 overhang = ceil_mode ? Size2(stride.h - 1, stride.w - 1) : 0;
  require(x.rank() == 4, who, ": x must be [N,C,H,W], got ", x);
  kernels::Window g = sliding_window(who, x, x[1], kernel, stride, padding, dilation, overhang);
  if (ceil_mode && (g.P - 1) * stride.h >= g.H + padding.h) --g.P;
  if (ceil_mode && (g.Q - 1) * stride.w >= g.W + padding.w) --g.Q;
  return g;
}

}  // namespace glass
