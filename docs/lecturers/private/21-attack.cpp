#include <algorithm>
#include <cmath>

#include "docs/lecturers/private/private.hpp"
#include "nn/layers.hpp"
#include "viz/attack.hpp"

using namespace glass;
using namespace glass::viz;

namespace {

constexpr Index pixels = 12;

/// Pictures, a linear network of two classes, and the direction in which the loss of class 0 rises.
struct Given {
  Rng rng;
  nn::Model model;
  std::vector<double> slope;
  Tensor x;

  explicit Given(std::uint64_t more) : rng(grade::seeded(more)) {
    model.input_shape = {1, 3, 4};
    nn::Linear linear({.in_features = pixels, .out_features = 2, .bias = false}, rng);
    for (Index i = 0; i < pixels; ++i) {
      slope.push_back(linear.weight.data()[pixels + i] - linear.weight.data()[i]);
    }
    model.layers.add(nn::Flatten()).add(std::move(linear));
    x = Tensor::uniform({3, 1, 3, 4}, rng, 0.4, 0.6);
  }
  Tensor attacked(const Attack& how) {
    Rng start(5);
    return attack(model, x, {0, 0, 0}, how, start);
  }
};

}  // namespace

TEST_CASE("3 points: linf, to the end of the leash, with the label and against it") {
  for (const bool targeted : {false, true}) {
    Given given(21);
    const double eps = given.rng.uniform(0.05, 0.2);
    const Tensor expected = given.x.clone();
    for (Index i = 0; i < expected.size(); ++i) {
      const bool up = (given.slope[static_cast<std::size_t>(i % pixels)] > 0) != targeted;
      expected.mutable_data()[i] += static_cast<real>(up ? eps : -eps);
    }
    const Attack how{.norm = "linf", .eps = eps, .steps = 4, .targeted = targeted};
    grade::check_equal("x", given.attacked(how), expected, 1e-4);
  }
}

TEST_CASE("3 points: l2, along the gradient, as far as the leash") {
  Given given(22);
  const double eps = given.rng.uniform(0.2, 0.4);
  double squares = 0;
  for (const double s : given.slope) squares += s * s;
  const Tensor expected = given.x.clone();
  for (Index i = 0; i < expected.size(); ++i) {
    expected.mutable_data()[i] += static_cast<real>(
        eps * given.slope[static_cast<std::size_t>(i % pixels)] / std::sqrt(squares));
  }
  grade::check_equal("x", given.attacked({.norm = "l2", .eps = eps, .steps = 100}), expected, 2e-2);
}
