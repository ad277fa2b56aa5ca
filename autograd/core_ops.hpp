#pragma once

#include <vector>

#include "autograd/geometry.hpp"
#include "autograd/tensor.hpp"

/// The operations with which one can train and paint; the others are in ops.hpp, which says what all
/// promise.
namespace glass {

// arithmetic, elementwise. A number fits everything. Two tensors need the same rank, and along each axis
// the same size, or size 1 on one side: that side is used again for each entry of the other
// (broadcasting). [N,K] + [N,1] adds to each row a number of its own. A missing axis is not added, as
// it would be in PyTorch: [N,K] + [N] is refused.
Tensor add(const Tensor& a, const Tensor& b);  ///< a + b
Tensor mul(const Tensor& a, const Tensor& b);  ///< a b
Tensor add(const Tensor& a, double b);         ///< a + b
Tensor mul(const Tensor& a, double b);         ///< a b

// operators: what each puts on the tape
inline Tensor operator+(const Tensor& a, const Tensor& b) { return add(a, b); }  ///< `add`
inline Tensor operator*(const Tensor& a, const Tensor& b) { return mul(a, b); }  ///< `mul`
inline Tensor operator+(const Tensor& a, double b) { return add(a, b); }         ///< `add`
inline Tensor operator+(double a, const Tensor& b) { return add(b, a); }         ///< `add`
inline Tensor operator*(const Tensor& a, double b) { return mul(a, b); }         ///< `mul`
inline Tensor operator*(double a, const Tensor& b) { return mul(b, a); }         ///< `mul`

Tensor sum(const Tensor& x);  ///< sum_i x[i], of everything -> []

// layers
/// x[N,in] weight[out,in]^T + bias[out] -> [N,out]; an undefined `bias` is left out.
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias = {});
/// Options of `conv2d`.
struct Conv2dOptions {
  Size2 stride = 1, padding = 0, dilation = 1;  ///< in pixels, all >= 1 but padding >= 0
  Index groups = 1;                             ///< divides C and K
};
/// x[N,C,H,W], weight[K,C/groups,R,S], bias[K] or undefined -> [N,K,P,Q]. A cross-correlation: the
/// kernel is not flipped.
///
///     y[n,k,p,q] = bias[k] + sum_{c,r,s} weight[k,c,r,s] x[n,c,h,w],
///     h = p stride + r dilation - padding,  w = q stride + s dilation - padding;
///     outside the image x is 0
///
/// Input and output channels are cut into `groups` of equal size, and each output channel sees the
/// input channels of its own group: its c counts from the first of these.
Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
              const Conv2dOptions& options = {});
Tensor relu(const Tensor& x);  ///< max(x, 0); the gradient at 0 is 0

// views: the values are shared, not copied
Tensor reshape(const Tensor& x, const Shape& shape);  ///< of as many elements
/// x[N,..] -> [N, all the rest]
Tensor flatten(const Tensor& x);

// of logits and images -> []
/// The element at `index`, one coordinate per dimension.
Tensor at(const Tensor& x, const std::vector<Index>& index);
/// Options of `total_variation`.
struct TotalVariationOptions {
  double beta = 2;    ///< positive: 1 favours sharp edges, 2 smooth ramps
  double eps = 1e-8;  ///< not negative; keeps the gradient finite at flat regions when beta < 2
};
/// R_Vbeta(x) = sum_ij ((x[i,j+1] - x[i,j])^2 + (x[i+1,j] - x[i,j])^2 + eps)^(beta/2) over all
/// images and channels, with the border replicated. Mahendran and Vedaldi, 2015, sec. 2. At a flat
/// pixel the gradient is 0 for every beta, even where beta < 2 and eps = 0 make it singular; beside
/// one it is finite if eps > 0, and for beta < 1 and eps = 0 grows without bound.
Tensor total_variation(const Tensor& x, const TotalVariationOptions& options = {});

}  // namespace glass
