#pragma once

#include <string>

#include "autograd/tensor.hpp"

namespace glass::viz {

/// The coordinates in which an optimiser moves an image. All are linear and invertible, and change
/// nothing about which images there are, only which of them are near: an optimiser that moves every
/// coordinate alike moves the image most along the coordinates that weigh most.
///
///     pixel      the pixels themselves
///     fourier    the coefficients of the Hartley transform, each weighing 1 / frequency, as in
///                natural images: large shapes come first (Olah et al. 2017)
///
/// With `decorrelate`, colours are taken apart into the principal components of natural ones, which
/// weigh as much as they vary: mostly light and dark, less blue and yellow, least red and green.
class Parametrisation {
 public:
  /// `image` is [N,C,H,W]. Throws Error unless `name` is pixel or fourier; ShapeError if colours
  /// are to be decorrelated and C is not 3.
  Parametrisation(const Shape& image, const std::string& name, bool decorrelate);

  bool is_identity() const { return !frequency_weight_ && !mix_; }  ///< coordinates are pixels
  Tensor image(const Tensor& coordinates) const;                    ///< on the tape
  Tensor coordinates(const Tensor& image) const;                    ///< the inverse; a leaf

 private:
  Tensor frequency_weight_, inverse_frequency_weight_;  ///< undefined: pixels
  Tensor mix_, unmix_;                                  ///< [3,3,1,1]; undefined: plain colours
};

}  // namespace glass::viz
