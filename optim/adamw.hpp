#pragma once

#include "optim/adam.hpp"

namespace glass::optim {

/// Options of AdamW: Adam's, and a decay that is not 0 if nobody says so.
struct AdamWOptions {
  double lr = 1e-3;            ///< as of Adam
  double beta1 = 0.9;          ///< as of Adam
  double beta2 = 0.999;        ///< as of Adam
  double eps = 1e-8;           ///< as of Adam
  double weight_decay = 0.01;  ///< not negative; Loshchilov and Hutter's, and PyTorch's
};

/// Adam with decoupled weight decay (Loshchilov and Hutter, 2019, algorithm 2): the decay does not
/// pass through the moments, so that large gradients do not weaken it:
///
///     x = x - lr weight_decay x - lr m' / (sqrt(v') + eps)
class AdamW final : public Adam {
 public:
  /// Throws as Adam does.
  explicit AdamW(std::vector<Tensor> tensors, const AdamWOptions& options = {})
      : Adam(std::move(tensors),
             {options.lr, options.beta1, options.beta2, options.eps, options.weight_decay},
             /*decoupled=*/true) {}
};

}  // namespace glass::optim
