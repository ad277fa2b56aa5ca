#include "viz/maximise.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include "autograd/node.hpp"
#include "optim/adam.hpp"
#include "optim/sgd.hpp"

namespace glass::inline GLASS_PRECISION::viz {

namespace {

std::vector<double> doubles(const Tensor& tensor) {
  return {tensor.values().begin(), tensor.values().end()};
}

std::unique_ptr<optim::Optimiser> make_optimiser(const Tensor& image,
                                                 const MaximiseOptions& options) {
  if (options.optimiser == "adam") {
    return std::make_unique<optim::Adam>(std::vector{image}, optim::AdamOptions{.lr = options.lr});
  }
  if (options.optimiser == "sgd") {
    return std::make_unique<optim::SGD>(std::vector{image},
                                        optim::SGDOptions{.lr = options.lr, .momentum = 0.9});
  }
  throw Error("optimiser '" + options.optimiser + "': expected adam or sgd");
}

/// Rises from 0 to 1 over the first half of a run. At full weight from the start, total variation
/// flattens the noise before the network's evidence has grown out of it, and there it stays: on a
/// flat image ReLUs are dead and no gradient leads away.
double regulariser_weight(int step, int steps) { return std::min(1.0, 2.0 * step / steps); }

void clamp_pixels(const Tensor& image) {
  for (real& pixel : image.values()) pixel = std::clamp(pixel, real(0), real(1));
}

}  // namespace

Tensor regulariser(const Tensor& x, const std::vector<double>& centre,
                   const MaximiseOptions& options) {
  constexpr double range = 0.5, typical_step = range / 6.5;
  const auto pixels = static_cast<double>(x.shape()[2] * x.shape()[3]);
  Tensor sum = Tensor::scalar(0);
  if (options.tv > 0) {
    const double weight = options.tv / (pixels * std::pow(typical_step, options.beta));
    sum = sum + weight * total_variation(x, {.beta = options.beta});
  }
  if (options.alpha_norm > 0) {
    const double weight = options.alpha_norm / (pixels * std::pow(range, 6));
    const std::vector<double> unit(centre.size(), 1);
    sum = sum + weight * alpha_norm(normalise(x, centre, unit), 6);
  }
  return sum;
}

std::vector<double> centre_of(const nn::Model& model) {
  const auto channels = static_cast<std::size_t>(model.input_shape[0]);
  return model.mean.empty() ? std::vector<double>(channels, 0.5) : model.mean;
}

Tensor initial_noise(const nn::Model& model, const std::vector<Index>& classes, std::uint64_t seed,
                     double stddev) {
  const Shape& shape = model.input_shape;
  const std::vector<double> centre = centre_of(model);
  Tensor noise = Tensor::empty({static_cast<Index>(classes.size()), shape[0], shape[1], shape[2]});
  real* pixel = noise.data();
  for (const Index k : classes) {
    Rng rng(seed * 1000003 + static_cast<std::uint64_t>(k));
    for (const double mean : centre)
      for (Index i = 0; i < shape[1] * shape[2]; ++i) {
        *pixel++ = static_cast<real>(std::clamp(mean + stddev * rng.normal(), 0.0, 1.0));
      }
  }
  return noise;
}

MaximiseResult maximise(nn::Model& model, const std::vector<Index>& classes, const Tensor& init,
                        const MaximiseOptions& options,
                        const std::function<bool(const MaximiseStep&)>& on_step) {
  const auto score = [&](const Tensor& x) {
    return class_objective(options.objective, model(x), classes);
  };
  model.eval();
  model.requires_grad(false);
  Tensor image = init.clone().requires_grad(true);
  const std::unique_ptr<optim::Optimiser> optimiser = make_optimiser(image, options);
  const std::vector<double> centre = centre_of(model);
  Rng rng(options.seed);

  MaximiseResult result;
  {
    const NoGrad no_grad;
    result.objective_before = doubles(score(image));
  }
  while (result.steps < options.steps) {
    const Index dy = rng.below(2 * options.jitter + 1) - options.jitter;
    const Index dx = rng.below(2 * options.jitter + 1) - options.jitter;
    const Tensor objective = sum(score(shift(image, dy, dx)));
    const Tensor penalty =
        regulariser_weight(result.steps, options.steps) * regulariser(image, centre, options);

    optimiser->zero_grad();
    (penalty - objective).backward();
    optimiser->step();
    clamp_pixels(image);

    ++result.steps;
    const auto mean = [&](const Tensor& total) {
      return static_cast<double>(total.item()) / static_cast<double>(classes.size());
    };
    if (on_step && !on_step({result.steps, options.steps, mean(objective), mean(penalty)})) break;
  }

  const NoGrad no_grad;
  result.images = image.detach();
  const Tensor output = model(image);
  result.objective_after = doubles(class_objective(options.objective, output, classes));
  result.probability = doubles(class_objective(Objective::softmax, output, classes));
  return result;
}

}  // namespace glass::inline GLASS_PRECISION::viz
