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

TEST_CASE("3 points: l2, as far as the leash, and along the gradient") {
  Given given(22);
  const double eps = given.rng.uniform(0.2, 0.4);
  const Tensor found = given.attacked({.norm = "l2", .eps = eps, .steps = 50});
  double length = 0;
  for (const double s : given.slope) length += s * s;
  length = std::sqrt(length);
  for (Index n = 0; n < 3; ++n) {
    double squares = 0, along = 0;
    for (Index i = 0; i < pixels; ++i) {
      const double change = found.data()[n * pixels + i] - given.x.data()[n * pixels + i];
      squares += change * change;
      along += change * given.slope[static_cast<std::size_t>(i)] / length;
    }
    grade::check_equal(text("length of change ", n), std::sqrt(squares), eps, 1e-3);
    CHECK_MESSAGE(along > 0.9 * eps, text("change ", n, ": expected more than ", 0.9 * eps,
                                          " along the gradient, found ", along));
  }
}
