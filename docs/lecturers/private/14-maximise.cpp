#include <algorithm>
#include <cmath>

#include "docs/lecturers/private/private.hpp"
#include "nn/layers.hpp"
#include "viz/maximise.hpp"

using namespace glass;
using namespace glass::viz;

namespace {

/// Steps along a linear logit and away from the regulariser's l2, by loops.
void check(Rng rng, double l2, int steps) {
  constexpr Index size = 12;
  nn::Model model;
  model.input_shape = {1, 3, 4};
  model.usual = {0.5};
  model.layers.add(nn::Flatten());
  model.layers.add(nn::Linear({.in_features = size, .out_features = 3, .bias = false}, rng));
  const Index wanted = grade::between(rng, 0, 2);
  const double lr = rng.uniform(0.01, 0.05);
  const Tensor init = Tensor::uniform({1, 1, 3, 4}, rng, 0.3, 0.7);

  const real* w = model.parameters().front().tensor.data() + wanted * size;
  double squares = 0;
  for (Index i = 0; i < size; ++i) squares += w[i] * w[i];
  const Tensor x = init.clone();
  std::vector<double> speed(size);
  for (int step = 0; step < steps; ++step) {
    const double weight = std::min(1.0, 2.0 * step / steps);
    for (Index i = 0; i < size; ++i) {
      real& pixel = x.mutable_data()[i];
      double& v = speed[static_cast<std::size_t>(i)];
      v = 0.9 * v + w[i] / std::sqrt(squares) - weight * 2 * l2 * (pixel - 0.5) / (size * 0.25);
      pixel = static_cast<real>(std::clamp(pixel + lr * v, 0.0, 1.0));
    }
  }
  const MaximiseOptions options{
      .steps = steps, .lr = lr, .optimiser = "sgd", .regulariser = {.l2 = l2}, .jitter = 0};
  const Objective objective(model, text("logit:", wanted));
  grade::check_equal("x", maximise(model, objective, init, options).images, x, 1e-4);
}

}  // namespace

TEST_CASE("2 points: six steps along a logit of the lecturer's") { check(grade::seeded(1), 0, 6); }
TEST_CASE("3 points: eight steps with a regulariser") { check(grade::seeded(2), 0.7, 8); }
