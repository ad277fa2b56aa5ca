#pragma once

#include <functional>
#include <vector>

#include "nn/model.hpp"
#include "optim/adam.hpp"
#include "viz/parametrisation.hpp"
#include "viz/regulariser.hpp"

namespace glass::viz {

/// How an image is fitted to what a layer says of another.
struct InvertOptions {
  int steps = 500;  ///< of Adam
  double lr = 0.2;  ///< of the first step, in units of a pixel
  int starts = 16;  ///< how many images descend side by side
  Regulariser regulariser = {.tv = 0.003, .beta = 1.5, .l2 = 0.01};  ///< before the factor d
  std::uint64_t seed = 0;                                            ///< of the noise
};

/// The options for pictures [C,H,W] of any size: the larger, the fewer starts, 16 over their
/// `size_factor`. The weights of the regulariser are the same at any.
InvertOptions invert_options_for(const Shape& picture);

/// What an inversion found.
struct InvertResult {
  Tensor image;      ///< [1,C,H,W] in [0, 1]
  double error = 0;  ///< |phi(x) - phi0|^2 / |phi0|^2
  double psnr = 0;   ///< of the pixels, in decibels, see `psnr`
  int steps = 0;     ///< done; fewer than planned if `on_step` said stop
};

/// One step: the mean over the starts of what is descended along.
struct InvertStep {
  int step, steps;  ///< done so far, and planned
  double loss;      ///< see below
};

/// phi: what a layer says of an image, beside what it says of the original, phi0.
class Representation {
 public:
  /// Throws Error if phi0 is 0, FileError, naming the first layer, if it is NaN or infinite.
  Representation(const nn::Model& model, Index layer, const Tensor& original);

  Tensor operator()(const Tensor& x) const { return model_.outputs(layer_, x).back(); }  ///< phi(x)
  Index size() const { return original_.size(); }  ///< how many numbers stand for one image
  /// |phi(x) - phi0|^2 / |phi0|^2, summed over the images x[N,C,H,W] -> []
  Tensor error(const Tensor& x) const;

 private:
  const nn::Model& model_;
  Index layer_;
  Tensor original_;  ///< phi0
  double size_ = 0;  ///< |phi0|^2
};

/// Feature inversion (Mahendran and Vedaldi 2015, eq. 1): of all images, a natural one that the
/// network can hardly tell from `original` at layer `layer`,
///
///     x* = argmin |phi(x) - phi0|^2 / |phi0|^2 + d R(x),   phi0 = phi(original)
///
/// found by a loop like that of `maximise`: frozen weights, a trainable image, the same
/// regulariser, only another loss. The deeper a layer, the less it says of the image, and the more
/// is left to the regulariser: its weights are multiplied by d = sqrt(numbers in the image /
/// numbers in the layer's output). ReLUs and maxima make the loss bumpy: several starts, noise
/// around the usual pixel, descend side by side, and the one with the lowest loss is kept. The step
/// size falls along half a cosine to a hundredth: large steps leave poor minima, the last ones find
/// the details.
///
/// One step at a time, so that somebody can look on. The model must outlive this, and stay as it is:
/// frozen, and in evaluation mode.
class Inversion {
 public:
  /// original[1,C,H,W] of pixels in [0, 1]. Throws what `Representation` does, and FileError if no
  /// gradient of the error reaches the image.
  Inversion(nn::Model& model, Index layer, const Tensor& original, const InvertOptions& options);

  /// Takes one, of those that were planned. Throws FileError, naming the first layer, if the loss or its
  /// gradient is NaN or infinite.
  InvertStep step();
  int steps() const { return steps_; }  ///< done
  /// The best start so far. Throws FileError if its error is NaN or infinite.
  InvertResult result() const;

 private:
  Tensor loss(const Tensor& images) const;

  nn::Model& model_;
  Tensor original_;
  InvertOptions options_;
  Representation phi_;
  Regulariser regulariser_;     ///< for this layer
  std::vector<double> centre_;  ///< see `centre_of`
  Parametrisation x_;           ///< all starts
  optim::Adam optimiser_;
  int steps_ = 0;
};

/// All steps of an Inversion; `on_step` may return false to stop early.
InvertResult invert(nn::Model& model, Index layer, const Tensor& original,
                    const InvertOptions& options,
                    const std::function<bool(const InvertStep&)>& on_step = {});

/// Peak signal-to-noise ratio of two images in [0, 1], in decibels: 10 log10(1 / mean((a - b)^2));
/// 99 if they are equal to within 8 bits many times over.
double psnr(const Tensor& a, const Tensor& b);

}  // namespace glass::viz
