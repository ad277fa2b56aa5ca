#pragma once

#include <functional>

#include "autograd/tensor.hpp"

#if !defined(GLASS_DOUBLE)
#error "gradcheck needs double precision: link the target glassgrad::double instead of glassgrad"
#endif

namespace glass {

/// A function of several tensors, such as an operation or a whole network.
using TensorFunction = std::function<Tensor(const std::vector<Tensor>&)>;

/// What `gradcheck` asks of a gradient.
struct GradcheckOptions {
  double step = 1e-5;          ///< h of the central difference (f(x + h) - f(x - h)) / 2h
  double atol = 1e-7;          ///< a gradient g passes if it is off by less than
  double rtol = 1e-6;          ///< atol + rtol |g|
  bool zero_is_right = false;  ///< accept an input whose gradient is zero everywhere
  std::uint64_t seed = 1;      ///< of the random cotangent
};

/// What `gradcheck` found.
struct GradcheckResult {
  bool ok = true;       ///< every gradient is right
  std::string message;  ///< what is wrong and where; empty if all is well
};

/// Compares the gradients that `backward()` gives with finite differences: every element of every
/// input, for a random cotangent of f's output (of any shape). The inputs are copied. `f` must be
/// differentiable around them: keep them away from kinks such as relu's 0 and from equal maxima.
///
/// Fails, naming the worst element, on a wrong gradient, on one that is zero everywhere (a
/// check that compares nothing with nothing), and on one that is different when computed again.
/// It reports failure in its result; what `f` throws passes through.
GradcheckResult gradcheck(const TensorFunction& f, const std::vector<Tensor>& inputs,
                          const GradcheckOptions& options = {});

}  // namespace glass
