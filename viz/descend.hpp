#pragma once

#include <functional>

#include "optim/optimiser.hpp"
#include "viz/parametrisation.hpp"

namespace glass::viz {

/// What is descended along: image[N,C,H,W] -> []. Steps count from 0.
using Loss = std::function<Tensor(const Tensor& image, int step)>;

/// What a caller has to do at four moments of a step; empty ones are passed over.
struct StepHooks {
  /// Before anything is computed.
  std::function<void(int step)> start = {};
  /// After `backward()`, before the optimiser moves anything.
  std::function<void(const Tensor& loss, int step)> gradient = {};
  /// After the optimiser's step; may change the pixels.
  std::function<void(const Tensor& image, int step)> move = {};
  /// When all are in [0, 1] again. False: no more steps.
  std::function<bool(const Tensor& image, int step)> end = {};
};

/// The loop that paints, with frozen weights and a trainable image: the pixels x of `image` go towards
///
///     argmin loss(x)        0 <= x <= 1
///
/// by gradient descent in its coordinates, which are those that `optimiser` steps. After each step what
/// is outside of [0, 1] is set to the nearest bound. The loss is all that there is to say of an
/// objective, a regulariser, or what a network gets to see: `maximise` and `invert` differ in nothing
/// else. Returns how many steps were done.
int descend(Parametrisation& image, optim::Optimiser& optimiser, int steps, const Loss& loss,
            const StepHooks& hooks = {});

}  // namespace glass::viz
