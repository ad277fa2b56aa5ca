#pragma once

#include <algorithm>

#include "autograd/tensor.hpp"

namespace glass::viz {

/// An image, and the coordinates in which an optimiser moves it. Here these are the pixels themselves;
/// `parametrised` (coordinates.hpp) has others.
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

}  // namespace glass::viz
