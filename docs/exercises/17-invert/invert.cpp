#include "viz/invert.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "autograd/node.hpp"
#include "docs/exercises/not_implemented.hpp"
#include "optim/adam.hpp"
#include "viz/descend.hpp"
#include "viz/diagnosis.hpp"
#include "viz/finite.hpp"
#include "viz/maximise.hpp"
#include "viz/start.hpp"

namespace glass::viz {

namespace {

/// Strong enough that the ReLUs of every layer answer to some of it.
constexpr double start_stddev = 0.4;

/// The regulariser for a layer of so many numbers, see the header.
Regulariser for_layer(Regulariser regulariser, Index pixels, Index numbers) {
  const double depth = std::sqrt(static_cast<double>(pixels) / static_cast<double>(numbers));
  for (double* weight : {&regulariser.tv, &regulariser.alpha_norm, &regulariser.l2}) {
    *weight *= depth;
  }
  return regulariser;
}

/// Throws FileError with the cause if no gradient of the error reaches any of the images.
void refuse_unreached(const nn::Model& model, Index layer, const Representation& phi,
                      const Tensor& images) {
  const Tensor x = images.clone().requires_grad(true);
  phi.error(x).backward();
  if (std::ranges::any_of(x.grad().values(), [](real g) { return g != 0; })) return;
  const Objective seen(model, text("layer:", layer));
  throw FileError(text(model.name, ": no gradient of ", model.layers.alias(layer),
                       " reaches the image: ", diagnose(model, seen, x).front()));
}

double step_size(double lr, int step, int steps) {
  const double done = static_cast<double>(step) / steps;
  return lr * (0.505 + 0.495 * std::cos(std::numbers::pi * done));
}

nn::Model& frozen(nn::Model& model) {
  model.eval();
  model.requires_grad(false);
  return model;
}

Tensor starts_of(const nn::Model& model, const InvertOptions& options) {
  std::vector<Index> starts(static_cast<std::size_t>(options.starts));
  std::iota(starts.begin(), starts.end(), 0);
  return initial_noise(model, starts, options.seed, start_stddev);
}

}  // namespace

InvertOptions invert_options_for(const Shape& picture) {
  InvertOptions options;
  options.starts = std::max(1, options.starts / size_factor(picture));
  return options;
}

double psnr(const Tensor& a, const Tensor& b) {
  const NoGrad no_grad;
  return std::min(99.0, -10 * std::log10(static_cast<double>(mse(a, b).item())));
}

Representation::Representation(const nn::Model& model, Index layer, const Tensor& original)
    : model_(model), layer_(layer) {
  const NoGrad no_grad;
  const auto look = [&] {
    original_ = (*this)(original);
    size_ = sum(square(original_)).item();
  };
  look();
  if (!std::isfinite(size_)) refuse_not_finite(model, look);
  if (size_ > 0) return;
  throw Error(text("layer ", model.layers.alias(layer), ": its output for this image is 0 ",
                   "everywhere, there is nothing to invert"));
}

Tensor Representation::error([[maybe_unused]] const Tensor& x) const {
  // phi(x) is (*this)(x), of N images; phi0 is original_, of one, which is subtracted from each.
  // size_ is |phi0|^2.
  throw NotImplemented("Exercise 17: inversion, the error");
}

Inversion::Inversion(nn::Model& model, Index layer, const Tensor& original,
                     const InvertOptions& options)
    : model_(frozen(model)),
      original_(original),
      options_(options),
      phi_(model, layer, original),
      regulariser_(for_layer(options.regulariser, original.size(), phi_.size())),
      centre_(centre_of(model)),
      x_(starts_of(model, options)),
      optimiser_({x_.coordinates()}, {.lr = options.lr}) {
  refuse_unreached(model, layer, phi_, x_.image());
}

Tensor Inversion::loss([[maybe_unused]] const Tensor& images) const {
  // What is descended along: see the header. phi_ and regulariser_ are those above; the latter is called
  // with images and `centre_`, what is usual in each channel, from which it keeps them near.
  throw NotImplemented("Exercise 17: inversion, the loss");
}

InvertStep Inversion::step() {
  double total = 0;
  [[maybe_unused]] const auto slow_down = [&](int) {
    optimiser_.set_lr(step_size(options_.lr, steps_, options_.steps));
  };
  [[maybe_unused]] const auto check = [&](const Tensor& sum, int) {
    total = sum.item();
    const auto look = [&] { loss(x_.image().clone().requires_grad(true)).backward(); };
    const bool finite = std::isfinite(total) && all_finite({x_.coordinates().grad()});
    if (!finite) refuse_not_finite(model_, look, text("in step ", steps_ + 1));
  };
  // The loop (viz/descend.hpp), for one step of optimiser_ along `loss`: `slow_down` is for its start,
  // `check` for its gradient.
  throw NotImplemented("Exercise 17: inversion, the step");
  return {++steps_, options_.steps, total / options_.starts};
}

InvertResult Inversion::result() const {
  const NoGrad no_grad;
  InvertResult result;
  double lowest = std::numeric_limits<double>::infinity();
  for (Index start = 0; start < options_.starts; ++start) {
    const Tensor image = narrow(x_.image(), 0, start, 1);
    const double own = loss(image).item();
    if (result.image && !(own < lowest)) continue;
    lowest = own;
    result.image = image;
  }
  result.error = phi_.error(result.image).item();
  if (!std::isfinite(result.error)) refuse_not_finite(model_, [&] { phi_.error(result.image); });
  result.psnr = psnr(result.image, original_);
  result.steps = steps_;
  return result;
}

InvertResult invert(nn::Model& model, Index layer, const Tensor& original,
                    const InvertOptions& options,
                    const std::function<bool(const InvertStep&)>& on_step) {
  Inversion run(model, layer, original, options);
  bool more = true;
  while (more && run.steps() < options.steps) {
    const InvertStep step = run.step();
    more = !on_step || on_step(step);
  }
  return run.result();
}

}  // namespace glass::viz
