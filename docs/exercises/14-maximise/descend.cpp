#include "viz/descend.hpp"

#include <algorithm>

#include "autograd/node.hpp"
#include "docs/exercises/not_implemented.hpp"

namespace glass::viz {

int descend(Parametrisation& image, [[maybe_unused]] optim::Optimiser& optimiser, int steps,
            [[maybe_unused]] const Loss& loss, const StepHooks& hooks) {
  for (int step = 0; step < steps; ++step) {
    if (hooks.start) hooks.start(step);
    Tensor total;  // this step's loss; its gradient, and that of no other, goes to the coordinates
    throw NotImplemented("Exercise 14: activation maximisation, the step");
    if (hooks.gradient) hooks.gradient(total, step);
    // Here the coordinates take their step.

    const NoGrad no_grad;  // what follows corrects values, and is on no tape
    const Tensor moved = image.image().clone();
    if (hooks.move) hooks.move(moved, step);
    // Here the pixels of `moved` are brought back into [0, 1], and the coordinates go where they are.
    if (hooks.end && !hooks.end(moved, step)) return step + 1;
  }
  return steps;
}

}  // namespace glass::viz
