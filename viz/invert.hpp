#pragma once

#include <functional>

#include "nn/model.hpp"
#include "viz/maximise.hpp"

namespace glass::inline GLASS_PRECISION::viz {

struct InvertOptions {
  int steps = 1000;
  double lr = 0.05;
  Regulariser regulariser = {.tv = 0.001, .beta = 2};
  std::uint64_t seed = 0;
};

struct Inversion {
  Tensor image;      ///< [1,C,H,W] in [0, 1]
  double error = 0;  ///< |phi(x) - phi0|^2 / |phi0|^2
  double psnr = 0;   ///< of the pixels, in decibels, see `psnr`
  int steps = 0;     ///< done; fewer than planned if `on_step` said stop
};

/// Feature inversion (Mahendran and Vedaldi 2015, eq. 1): of all images, a natural one that the
/// network cannot tell from `original` at layer `layer`,
///
///     x* = argmin |phi(x) - phi0|^2 / |phi0|^2 + R(x),   phi0 = phi(original)
///
/// found from noise by the loop of `maximise`: the same frozen weights, trainable image and
/// regulariser, only another loss. The step size falls to a hundredth, along half a cosine: the
/// last steps find the details. original[1,C,H,W] of pixels in [0, 1]. Throws Error if phi0 is 0.
Inversion invert(nn::Model& model, Index layer, const Tensor& original,
                 const InvertOptions& options,
                 const std::function<bool(int step, double loss)>& on_step = {});

/// Peak signal-to-noise ratio of two images in [0, 1], in decibels: 10 log10(1 / mean((a - b)^2));
/// 99 if they are equal to within 8 bits many times over.
double psnr(const Tensor& a, const Tensor& b);

}  // namespace glass::inline GLASS_PRECISION::viz
