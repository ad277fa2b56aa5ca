#pragma once

#include <vector>

#include "autograd/tensor.hpp"

namespace glass::inline GLASS_PRECISION::optim {

/// Steps tensors along their gradients. It does not know whether these are weights or an image.
class Optimiser {
 public:
  explicit Optimiser(std::vector<Tensor> tensors, double lr);
  virtual ~Optimiser() = default;
  /// One update of every tensor that has a gradient.
  virtual void step() = 0;
  /// Forgets the gradients.
  void zero_grad();

  double lr() const { return lr_; }
  void set_lr(double lr) { lr_ = lr; }

 protected:
  std::vector<Tensor> tensors_;

 private:
  double lr_;
};

}  // namespace glass::inline GLASS_PRECISION::optim
