#pragma once

#include "optim/optimiser.hpp"

namespace glass::optim {

/// Options of Adam.
struct AdamOptions {
  double lr = 1e-3;      ///< see `Optimiser::lr`
  double beta1 = 0.9;    ///< memory of the mean gradient, in [0, 1)
  double beta2 = 0.999;  ///< memory of the mean squared gradient, in [0, 1)
  double eps = 1e-8;  ///< positive; keeps the step finite where the gradient has always been zero
  double weight_decay = 0;  ///< not negative
};

/// Adam (Kingma and Ba, 2015, algorithm 1): each element walks at its own pace, about `lr` a step
/// whatever the size of its gradient. After t steps:
///
///     g = dx + weight_decay x                       an L2 penalty
///     m = beta1 m + (1 - beta1) g
///     v = beta2 v + (1 - beta2) g^2
///     x = x - lr m' / (sqrt(v') + eps)              m' = m / (1 - beta1^t), v' = v / (1 - beta2^t)
///
/// t counts the steps of each tensor by itself, as in PyTorch: one that had no gradient did not
/// step.
///
/// An element whose v overflows (in float, at gradients beyond 1e19) stands still from then on; one
/// whose gradient is NaN or infinite becomes NaN.
class Adam : public Optimiser {
 public:
  /// Throws Error if an option is out of its range, and what Optimiser throws.
  explicit Adam(std::vector<Tensor> tensors, const AdamOptions& options = {})
      : Adam(std::move(tensors), options, /*decoupled=*/false) {}
  void step() override;
  /// m of every tensor, then v, then t.
  std::vector<Tensor> state() const override;

 protected:
  /// `decoupled` makes it AdamW.
  Adam(std::vector<Tensor> tensors, const AdamOptions& options, bool decoupled);

 private:
  AdamOptions options_;
  bool decoupled_;
  std::vector<Tensor> m_, v_;
  /// A float counts exactly up to 2^24 and then stands still; by then both corrections are 1.
  std::vector<Tensor> t_;
};

}  // namespace glass::optim
