#pragma once

#include <algorithm>
#include <memory>
#include <string>

#include "autograd/tensor.hpp"

namespace glass::viz {

/// An image, and the coordinates in which an optimiser moves it. Here these are the pixels themselves;
/// `parametrised` has others.
class Parametrisation {
 public:
  /// Begins at `start`[N,C,H,W], which is not modified.
  explicit Parametrisation(const Tensor& start) : coordinates_(start.clone().requires_grad(true)) {}
  virtual ~Parametrisation() = default;
  Parametrisation(const Parametrisation&) = delete;
  Parametrisation& operator=(const Parametrisation&) = delete;

  /// The trainable leaf: what an optimiser steps, and what gets the gradient.
  const Tensor& coordinates() const { return coordinates_; }
  virtual const char* name() const { return "image"; }  ///< of the coordinates, on the tape
  /// [N,C,H,W], on the tape.
  virtual Tensor image() const { return coordinates_; }
  /// Moves the coordinates to those of this image, off the tape.
  virtual void move_to(const Tensor& image) {
    std::ranges::copy(image.values(), coordinates_.mutable_data());
  }

 private:
  Tensor coordinates_;
};

/// The coordinates with this name. All are linear and invertible, and change nothing about which images
/// there are, only which of them are near: an optimiser that moves every coordinate alike moves the
/// image most along the coordinates that weigh most.
///
///     pixel      the pixels themselves
///     fourier    the coefficients of the Hartley transform, each weighing 1 / frequency, as in
///                natural images: large shapes come first (Olah et al. 2017)
///
/// With `decorrelate`, colours are taken apart into the principal components of natural ones, which
/// weigh as much as they vary: mostly light and dark, less blue and yellow, least red and green. Throws
/// Error unless `name` is pixel or fourier; ShapeError if colours are to be decorrelated and C is not 3.
std::unique_ptr<Parametrisation> parametrised(const Tensor& start, const std::string& name,
                                              bool decorrelate);

}  // namespace glass::viz
