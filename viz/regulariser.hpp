#pragma once

#include <vector>

#include "autograd/tensor.hpp"

namespace glass::viz {

/// What keeps an image close to natural ones, with H W pixels in [0, 1] and B = 1/2 half their range:
///
///     tv    / (H W (B/6.5)^beta)  R_Vbeta(x)                  neighbours are alike
///     alpha_norm / (H W B^alpha)  sum |x - centre|^alpha      no pixel is extreme
///     l2         / (H W B^2)      sum (x - centre)^2          most are as usual
///
/// The denominators are those of Mahendran and Vedaldi (2016, eq. 9): with them a weight means the
/// same at every size and range of an image. A term whose weight is not given is off.
struct Regulariser {
  double tv = 0, beta = 1.5;         ///< weight, not negative, and exponent, positive
  double alpha_norm = 0, alpha = 6;  ///< weight, not negative, and exponent, at least 1
  double l2 = 0;                     ///< weight, not negative

  /// x[N,C,H,W] of pixels in [0, 1], `centre` one value per channel -> [], summed over N.
  Tensor operator()(const Tensor& x, const std::vector<double>& centre) const;
};

}  // namespace glass::viz
