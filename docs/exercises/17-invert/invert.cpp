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

/// What a layer says of an image, beside what it says of the original.
class Representation {
 public:
  Representation(const nn::Model& model, Index layer, const Tensor& original)
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

  Tensor operator()(const Tensor& x) const { return model_.outputs(layer_, x).back(); }
  /// How many numbers stand for one image.
  Index size() const { return original_.size(); }
  /// |phi(x) - phi0|^2 / |phi0|^2, summed over the images x[N,C,H,W] -> []
  Tensor error([[maybe_unused]] const Tensor& x) const {
    // phi(x) is (*this)(x), of N images; phi0 is original_, of one, which is subtracted from each.
    // size_ is |phi0|^2.
    throw NotImplemented("Exercise 17: inversion, the error");
  }

 private:
  const nn::Model& model_;
  Index layer_;
  Tensor original_;
  double size_;
};

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

Inversion invert(nn::Model& model, Index layer, const Tensor& original,
                 const InvertOptions& options,
                 const std::function<bool(const InvertStep&)>& on_step) {
  model.eval();
  model.requires_grad(false);
  const Representation phi(model, layer, original);
  [[maybe_unused]] const Regulariser regulariser =
      for_layer(options.regulariser, original.size(), phi.size());
  [[maybe_unused]] const std::vector<double> centre = centre_of(model);
  // What is descended along: see the header. phi and the regulariser are those above; the latter is
  // called with images and `centre`, what is usual in each channel, from which it keeps them near.
  const auto loss = [&]([[maybe_unused]] const Tensor& x, int = 0) -> Tensor {
    throw NotImplemented("Exercise 17: inversion, the loss");
  };

  std::vector<Index> starts(static_cast<std::size_t>(options.starts));
  std::iota(starts.begin(), starts.end(), 0);
  Parametrisation x(initial_noise(model, starts, options.seed, start_stddev));
  refuse_unreached(model, layer, phi, x.image());
  optim::Adam optimiser({x.coordinates()}, {.lr = options.lr});
  double total = 0;  // the loss of the running step
  [[maybe_unused]] const auto slow_down = [&](int step) {
    optimiser.set_lr(step_size(options.lr, step, options.steps));
  };
  [[maybe_unused]] const auto check = [&](const Tensor& sum, int step) {
    total = sum.item();
    const auto look = [&] { loss(x.image().clone().requires_grad(true)).backward(); };
    const bool finite = std::isfinite(total) && all_finite({x.coordinates().grad()});
    if (!finite) refuse_not_finite(model, look, text("in step ", step + 1));
  };
  [[maybe_unused]] const auto report = [&](const Tensor&, int step) {
    return !on_step || on_step({step + 1, options.steps, total / options.starts});
  };
  Inversion result;
  // The loop (viz/descend.hpp): `slow_down` is for the start of each step, `check` for its gradient,
  // `report` for its end. It says how many steps there were.
  throw NotImplemented("Exercise 17: inversion, the step");

  const NoGrad no_grad;
  double lowest = std::numeric_limits<double>::infinity();
  for (const Index start : starts) {
    const Tensor image = narrow(x.image(), 0, start, 1);
    const double own = loss(image).item();
    if (result.image && !(own < lowest)) continue;
    lowest = own;
    result.image = image;
  }
  result.error = phi.error(result.image).item();
  if (!std::isfinite(result.error)) refuse_not_finite(model, [&] { phi.error(result.image); });
  result.psnr = psnr(result.image, original);
  return result;
}

}  // namespace glass::viz
