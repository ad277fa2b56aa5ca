#pragma once

#include "optim/optimiser.hpp"

namespace glass::optim {

/// Options of SGD.
struct SGDOptions {
  double lr = 0.01;         ///< see `Optimiser::lr`
  double momentum = 0;      ///< share of the last step that is kept, in [0, 1)
  bool nesterov = false;    ///< look ahead along the velocity (needs momentum)
  double weight_decay = 0;  ///< not negative; adds weight_decay x to the gradient: an L2 penalty
};

/// Stochastic gradient descent, with the momentum of Polyak (1964) or Nesterov (1983) in the form
/// of Sutskever et al. (2013) that PyTorch uses:
///
///     g = dx + weight_decay x
///     v = momentum v + g
///     x = x - lr v                    or, Nesterov,   x = x - lr (g + momentum v)
class SGD final : public Optimiser {
 public:
  /// Throws Error if an option is out of its range, and what Optimiser throws.
  explicit SGD(std::vector<Tensor> tensors, const SGDOptions& options = {});
  void step() override;
  /// The velocity of each tensor; nothing without momentum.
  std::vector<Tensor> state() const override { return velocity_; }

 private:
  SGDOptions options_;
  std::vector<Tensor> velocity_;
};

}  // namespace glass::optim
