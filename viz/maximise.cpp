#include "viz/maximise.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>
#include <numeric>
#include <tuple>

#include "autograd/node.hpp"
#include "autograd/statistics.hpp"
#include "optim/adam.hpp"
#include "optim/sgd.hpp"
#include "viz/blur.hpp"
#include "viz/coordinates.hpp"
#include "viz/descend.hpp"
#include "viz/finite.hpp"
#include "viz/saliency.hpp"
#include "viz/settings.hpp"
#include "viz/start.hpp"

namespace glass::viz {

namespace {

std::unique_ptr<optim::Optimiser> make_optimiser(const Tensor& coordinates,
                                                 const MaximiseOptions& options) {
  if (options.optimiser == "adam") {
    return std::make_unique<optim::Adam>(std::vector{coordinates},
                                         optim::AdamOptions{.lr = options.lr});
  }
  if (options.optimiser == "sgd") {
    return std::make_unique<optim::SGD>(std::vector{coordinates},
                                        optim::SGDOptions{.lr = options.lr, .momentum = 0.9});
  }
  throw Error("optimiser '" + options.optimiser + "': expected adam or sgd");
}

/// Rises from 0 to 1 over the first half of a run. At full weight from the start, total variation
/// flattens the noise before the network's evidence has grown out of it, and there it stays: on a
/// flat image ReLUs are dead and no gradient leads away.
double regulariser_weight(int step, int steps) { return std::min(1.0, 2.0 * step / steps); }

/// Falls from 1 to 0 over the second half of a run: pictures part while they form, and then each
/// becomes as good as it can, where it is.
double variety_weight(int step, int steps) {
  return step < steps ? std::min(1.0, 2 - 2.0 * step / steps) : 0;
}

/// The image as one step sees it.
Tensor glance(const Tensor& image, const MaximiseOptions& options, double fill, Rng& rng) {
  Tensor x = image;
  if (options.rotate > 0 || options.zoom > 0) {
    const double degrees = rng.uniform(-options.rotate, options.rotate);
    const double scale = 1 + rng.uniform(-options.zoom, options.zoom);
    x = affine_sample(x, {.angle = degrees * std::numbers::pi / 180, .scale = scale, .fill = fill});
  }
  if (options.jitter > 0) {
    const Index dy = rng.below(2 * options.jitter + 1) - options.jitter;
    const Index dx = rng.below(2 * options.jitter + 1) - options.jitter;
    x = shift(x, dy, dx, fill);
  }
  return x;
}

/// A trainable copy.
Tensor again(const Tensor& image) { return image.clone().requires_grad(true); }

}  // namespace

double objective_unit(nn::Model& model, const Objective& objective) {
  std::vector<Index> keys(
      static_cast<std::size_t>(objective.pictures() > 1 ? objective.pictures() : 4));
  std::iota(keys.begin(), keys.end(), 0);
  const double size = mean(norms(saliency(model, objective, initial_noise(model, keys, 0, 0.6))));
  return size > 0 ? size : 1;
}

Maximisation::Maximisation(nn::Model& model, const Objective& objective, const Tensor& init,
                           const MaximiseOptions& options)
    : model_(model), objective_(objective), options_(options), rng_(options.seed) {
  model.eval();
  model.requires_grad(false);
  unit_ = objective_unit(model, objective);
  slope_before_ = norms(saliency(model, objective, init));
  {
    const NoGrad no_grad;
    objective_before_ = doubles(objective(model, init));
  }
  centre_ = centre_of(model);
  x_ = parametrised(init, options.parametrisation, options.decorrelate);
  optimiser_ = make_optimiser(x_->coordinates(), options);
  images_ = init.clone();
}

void Maximisation::change(const MaximiseOptions& options) {
  const auto beginning = [](const MaximiseOptions& o) {
    return std::tie(o.optimiser, o.parametrisation, o.decorrelate, o.seed);
  };
  require(beginning(options) == beginning(options_),
          "optimiser, parametrisation, decorrelate, seed: cannot change during a run");
  optimiser_->set_lr(options.lr);
  options_ = options;
}

MaximiseStep Maximisation::step() {
  const std::string when = text("in step ", steps_ + 1);
  const auto trace = options_.record ? std::make_shared<Trace>() : nullptr;
  if (trace) trace->name(x_->coordinates(), x_->name(), Trace::Role::image);
  struct {
    Tensor seen;
    double value = 0, penalty = 0;
  } now;  // in this step

  const auto loss = [&](const Tensor& image, int) {
    const Tensor seen = glance(image, options_, mean(centre_), rng_);
    const Tensor value = sum(objective_(model_, seen, variety_weight(steps_, options_.steps)));
    const Tensor penalty =
        regulariser_weight(steps_, options_.steps) * options_.regulariser(image, centre_);
    now = {seen.detach(), value.item(), penalty.item()};
    return penalty - value / unit_;
  };
  const auto check = [&](const Tensor&, int) {
    if (trace) trace->stop();
    const bool finite = std::isfinite(now.value) && std::isfinite(now.penalty) &&
                        all_finite({x_->coordinates().grad()});
    const auto look = [&] { (sum(objective_(model_, again(now.seen))) / unit_).backward(); };
    if (!finite) refuse_not_finite(model_, look, when);
  };
  const auto blur = [&](const Tensor& image, int) {
    const auto look = [] {};
    if (!all_finite({image})) refuse_not_finite(model_, look, when);
    if (options_.blur > 0 && (steps_ + 1) % options_.blur_every == 0) {
      std::ranges::copy(gaussian_blur(image, options_.blur).values(), image.mutable_data());
    }
  };
  const auto keep = [&](const Tensor& image, int) {
    images_ = image;
    return true;
  };
  descend(*x_, *optimiser_, 1, loss, {.gradient = check, .move = blur, .end = keep});
  ++steps_;
  return {steps_, options_.steps, now.value, now.penalty, images_, trace};
}

MaximiseResult Maximisation::result() const {
  MaximiseResult result;
  result.images = images_;
  result.objective_before = objective_before_;
  result.unit = unit_;
  result.steps = steps_;
  const std::vector<double> slope_after = norms(saliency(model_, objective_, images_));
  const NoGrad no_grad;
  result.objective_after = doubles(objective_(model_, images_));
  for (std::size_t n = 0; n < slope_after.size(); ++n) {
    result.reached.push_back(slope_before_[n] > 0 || slope_after[n] > 0);
    result.penalty.push_back(
        options_.regulariser(narrow(images_, 0, static_cast<Index>(n), 1), centre_).item());
  }
  return result;
}

MaximiseResult maximise(nn::Model& model, const Objective& objective, const Tensor& init,
                        const MaximiseOptions& options,
                        const std::function<bool(const MaximiseStep&)>& on_step) {
  Maximisation run(model, objective, init, options);
  MaximiseOptions now = options;
  bool more = true;
  while (more && run.steps() < options.last_step()) {
    for (const Change& change : options.changes) {
      if (change.after == run.steps()) set_option(now, change.setting, change.value);
    }
    run.change(now);
    const MaximiseStep step = run.step();
    more = !on_step || on_step(step);
  }
  return run.result();
}

int size_factor(const Shape& picture) {
  constexpr Index usual_side = 30;
  const Index side = std::min(picture[1], picture[2]);
  return static_cast<int>(std::max<Index>(1, (side + usual_side / 2) / usual_side));
}

MaximiseOptions options_for(const Shape& picture) {
  MaximiseOptions options;
  const int k = size_factor(picture);
  options.jitter *= k;
  options.regulariser.tv *= k * std::sqrt(k);
  options.regulariser.l2 *= k;
  if (k >= 3) options.parametrisation = "fourier";
  return options;
}

}  // namespace glass::viz
