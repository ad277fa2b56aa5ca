#include "viz/descend.hpp"

#include <algorithm>

#include "autograd/node.hpp"

namespace glass::viz {

int descend(Parametrisation& image, optim::Optimiser& optimiser, int steps, const Loss& loss,
            const StepHooks& hooks) {
  for (int step = 0; step < steps; ++step) {
    if (hooks.start) hooks.start(step);
    optimiser.zero_grad();
    const Tensor total = loss(image.image(), step);
    total.backward();
    if (hooks.gradient) hooks.gradient(total, step);
    optimiser.step();

    const NoGrad no_grad;  // what follows corrects values, and is on no tape
    const Tensor moved = image.image().clone();
    if (hooks.move) hooks.move(moved, step);
    for (real& pixel : moved.mutable_values()) pixel = std::clamp(pixel, real(0), real(1));
    image.move_to(moved);
    if (hooks.end && !hooks.end(moved, step)) return step + 1;
  }
  return steps;
}

}  // namespace glass::viz
