#include "optim/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace glass::optim {

namespace {

/// Half a cosine from `from` (at 0) to `to` (at 1).
double anneal(double from, double to, double progress) {
  return to + (from - to) / 2 * (1 + std::cos(std::numbers::pi * progress));
}

}  // namespace

Schedule step_decay(const StepDecayOptions& options) {
  if (options.every <= 0) throw Error(text("step_decay: every is ", options.every, ", not > 0"));
  return [options](Index step) {
    return options.lr * std::pow(options.factor, static_cast<double>(step / options.every));
  };
}

Schedule one_cycle(const OneCycleOptions& options) {
  if (options.steps <= 0) throw Error(text("one_cycle: steps is ", options.steps, ", not > 0"));
  if (!(options.warm_up >= 0 && options.warm_up < 1)) {
    throw Error(text("one_cycle: warm_up is ", options.warm_up, ", not in [0, 1)"));
  }
  return [options](Index step) {
    const double first = options.max_lr / options.start_divisor;
    const double last_step = static_cast<double>(options.steps) - 1;
    const double peak = std::max(0.0, options.warm_up * static_cast<double>(options.steps) - 1);
    const double at = std::min(static_cast<double>(step), last_step);
    if (at < peak) return anneal(first, options.max_lr, at / peak);
    if (last_step == peak) return options.max_lr;
    return anneal(options.max_lr, first / options.end_divisor, (at - peak) / (last_step - peak));
  };
}

}  // namespace glass::optim
