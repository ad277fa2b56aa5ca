#pragma once

#include <vector>

#include "autograd/tensor.hpp"

namespace glass::optim {

/// Steps tensors along their gradients. It does not know whether these are weights or an image.
class Optimiser {
 public:
  /// Throws GraphError if one of `tensors` is not a leaf, Error if `lr` is negative or not finite.
  Optimiser(std::vector<Tensor> tensors, double lr);
  virtual ~Optimiser() = default;
  Optimiser(const Optimiser&) = delete;
  Optimiser& operator=(const Optimiser&) = delete;

  /// One update of every tensor that has a gradient; the others stay as they are.
  virtual void step() = 0;
  /// Forgets the gradients.
  void zero_grad() const;

  /// Step size, in units of the tensors per unit of the (for Adam: normalised) gradient.
  double lr() const { return lr_; }
  void set_lr(double lr);  ///< throws Error if it is negative or not finite

  /// Handles to all that `step` remembers from one call to the next, in a fixed order. Whoever
  /// saves these values with the tensors, and writes both back, continues bit for bit.
  virtual std::vector<Tensor> state() const = 0;

 protected:
  const std::vector<Tensor>& tensors() const { return tensors_; }  ///< in the order given

 private:
  std::vector<Tensor> tensors_;
  double lr_ = 0;
};

/// Throws Error unless `value` is in [low, high): "adam: beta1 is 1.5, expected 0 <= beta1 < 1".
void check_option(const char* optimiser, const char* name, double value, double low, double high);

/// Zeros in the shapes of `tensors`.
std::vector<Tensor> zeros_like(const std::vector<Tensor>& tensors);

}  // namespace glass::optim
