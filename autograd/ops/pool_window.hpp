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
  require(xs.rank() == 4, operation, ": x must be [N,C,H,W], got ", xs);
  require(kernel.h > 0 && kernel.w > 0, operation, ": kernel must be positive, got ", kernel);
  require(stride.h > 0 && stride.w > 0, operation, ": stride must be positive, got ", stride);
  require(padding.h >= 0 && padding.w >= 0, operation, ": padding must not be negative, got ",
          padding);
  require(xs[2] + 2 * padding.h >= kernel.h && xs[3] + 2 * padding.w >= kernel.w, operation,
          ": window ", kernel, " does not fit x ", xs, " with padding ", padding);
  return {xs[0], xs[1], xs[2], xs[3], xs[1], kernel.h, kernel.w, stride, padding};
}

}  // namespace glass
