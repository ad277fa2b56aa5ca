#pragma once

#include <functional>

#include "autograd/shape.hpp"

namespace glass::optim {

/// The learning rate of each step, counted from 0: `optimiser.set_lr(schedule(step))`. It has no
/// memory, so that a resumed run continues where it was. The same numbers as PyTorch's schedulers.
using Schedule = std::function<double(Index step)>;

/// Options of `step_decay`.
struct StepDecayOptions {
  double lr = 0.01;     ///< of the first step
  Index every = 1;      ///< steps between two drops
  double factor = 0.1;  ///< of each drop
};
/// lr(step) = lr factor^floor(step / every). Throws Error if `every` is not positive.
Schedule step_decay(const StepDecayOptions& options);

/// Options of `one_cycle`.
struct OneCycleOptions {
  double max_lr = 0.01;       ///< at the top
  Index steps = 1;            ///< of the whole run; later ones keep the last rate
  double warm_up = 0.3;       ///< share of the steps spent rising, in [0, 1)
  double start_divisor = 25;  ///< the first rate is max_lr / start_divisor
  double end_divisor = 1e4;   ///< the last rate is the first one / end_divisor
};
/// Up to `max_lr` and down to nearly nothing, both along half a cosine: large steps in the middle
/// find a wide valley, small ones at the end its floor. Smith, 2018 ("A disciplined approach to
/// neural network hyper-parameters"), without his cycle of the momentum. Throws Error if `steps` is
/// not positive or `warm_up` is out of range.
Schedule one_cycle(const OneCycleOptions& options);

}  // namespace glass::optim
