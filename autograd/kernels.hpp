#pragma once

#include "autograd/geometry.hpp"
#include "autograd/precision.hpp"

/// The arithmetic behind the operations, on plain arrays. The operations check shapes; kernels
/// trust them. Every function here has a twin of the same signature in `reference/`, made of naive
/// loops that state what it computes; the tests hold one against the other.
///
/// Buffers are dense and row-major, do not overlap, and results are overwritten unless a comment
/// says otherwise.
namespace glass::kernels {

/// A matrix operand: element (i, j) is `data[i * stride + j]`, or `data[j * stride + i]` if
/// `transposed`.
struct Matrix {
  const real* data;         ///< the first element
  Index stride;             ///< elements from one row in memory to the next
  bool transposed = false;  ///< rows in memory are columns of the matrix
};

/// c[i,j] = sum_k a[i,k] b[k,j], for i < M, j < N, k < K; added to `c` if `accumulate`.
void gemm(Index M, Index N, Index K, Matrix a, Matrix b, real* c, Index c_stride,
          bool accumulate = false);

// Convolution: x[N,C,H,W], w[K,C/groups,R,S], bias[K] or null, y[N,K,P,Q].
/// y from x; the formulas of all three are in ops/conv2d.cpp.
void conv2d(const real* x, const real* w, const real* bias, real* y, const Window& g);
/// The gradient to x.
void conv2d_dx(const real* dy, const real* w, real* dx, const Window& g);
/// The gradient to w.
void conv2d_dw(const real* dy, const real* x, real* dw, const Window& g);

/// db[k] = sum over n and pixels of dy[N,K,pixels].
void sum_per_channel(const real* dy, real* db, Index N, Index K, Index pixels);

// Softmax: row-wise over x[rows,columns], stable for any finite input.
void softmax(const real* x, real* y, Index rows, Index columns);      ///< e^x / sum e^x
void log_softmax(const real* x, real* y, Index rows, Index columns);  ///< x - log sum e^x

// Total variation
/// sum (q + eps)^(beta/2) over `planes` images of H x W, where q = right^2 + down^2 are the squared
/// forward differences; a difference that leaves the image is 0 (its border is replicated).
double total_variation(const real* x, Index planes, Index H, Index W, double beta, double eps);
/// dx = scale * the gradient of the above.
void total_variation_dx(const real* x, real* dx, Index planes, Index H, Index W, double beta,
                        double eps, double scale);

// How often it ran
/// How often the kernels of weight gradients ran. The tests use it to prove that frozen weights
/// cost nothing.
struct WeightGradientCalls {
  std::size_t conv2d = 0;  ///< conv2d_dw
  std::size_t linear = 0;  ///< the product of `linear` that gives dw
};
WeightGradientCalls& weight_gradient_calls();  ///< since the program began, or a test set it to 0

}  // namespace glass::kernels
