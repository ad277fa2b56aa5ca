#include <algorithm>
#include <cmath>

#include "docs/exercises/grade.hpp"
#include "nn/layers.hpp"
#include "viz/attack.hpp"

using namespace glass;
using namespace glass::viz;

namespace {

/// Two logits, -w . x / 2 and w . x / 2: of a picture of class 0, the loss rises along w.
nn::Model product(const std::vector<double>& w) {
  nn::Model model;
  const auto size = static_cast<Index>(w.size());
  model.input_shape = {1, 1, size};
  model.layers.add(nn::Flatten());
  nn::Linear linear({.in_features = size, .out_features = 2, .bias = false});
  for (Index i = 0; i < size; ++i) {
    const double half = w[static_cast<std::size_t>(i)] / 2;
    linear.weight.mutable_data()[i] = static_cast<real>(-half);
    linear.weight.mutable_data()[size + i] = static_cast<real>(half);
  }
  model.layers.add(std::move(linear));
  return model;
}

Tensor row(const std::vector<double>& values) {
  return Tensor::from({1, 1, 1, static_cast<Index>(values.size())}, values);
}

/// Where an attack on pictures of class 0 leads, or one to class 0.
Tensor attacked(nn::Model model, const Tensor& images, const Attack& how, std::uint64_t seed = 1) {
  Rng rng(seed);
  return attack(model, images, std::vector<Index>(static_cast<std::size_t>(images.shape()[0]), 0),
                how, rng);
}

const std::vector<double> slope{3, -4};

}  // namespace

TEST_CASE("linf: each pixel goes to the end of its leash, by the sign of its gradient") {
  grade::check_equal("x", attacked(product(slope), row({0.5, 0.5}), {.norm = "linf", .eps = 0.1}),
                     row({0.6, 0.4}), 1e-5);
}

TEST_CASE("l2: the change lies along the gradient (3, -4), and is as long as the leash") {
  grade::check_equal(
      "x", attacked(product(slope), row({0.5, 0.5}), {.norm = "l2", .eps = 0.1, .steps = 60}),
      row({0.56, 0.42}), 1e-2);
}

TEST_CASE("a pixel without a gradient stays where an attack in linf began, and is no NaN in l2") {
  const Tensor x = row({0.5, 0.5});
  for (const char* norm : {"linf", "l2"}) {
    const Tensor found = attacked(product({0, 0}), x, {.norm = norm, .eps = 0.1});
    const Tensor began = attacked(product({0, 0}), x, {.norm = norm, .eps = 0.1, .steps = 0});
    grade::check_equal(norm, found, began, 1e-5);
  }
}

TEST_CASE("a targeted attack goes the other way: down the loss of the label") {
  grade::check_equal(
      "x",
      attacked(product(slope), row({0.5, 0.5}), {.norm = "linf", .eps = 0.1, .targeted = true}),
      row({0.4, 0.6}), 1e-5);
}

TEST_CASE("pixels stay in [0, 1], whatever the leash") {
  grade::check_equal("1 + x",
                     1 + attacked(product(slope), row({0.95, 0.02}), {.norm = "linf", .eps = 0.1}),
                     row({2, 1}), 1e-5);
}

TEST_CASE("no change is longer than eps, however many steps there are") {
  Rng rng(21);
  std::vector<double> w(20);
  for (double& each : w) each = rng.normal();
  const Tensor images = Tensor::uniform({3, 1, 1, 20}, rng, 0.3, 0.7);
  for (const char* norm : {"linf", "l2"}) {
    const Attack how{.norm = norm, .eps = 0.2, .steps = 7};
    const Tensor found = attacked(product(w), images, how);
    for (Index n = 0; n < 3; ++n) {
      const double size = size_of_change(how, narrow(images, 0, n, 1), narrow(found, 0, n, 1));
      CHECK_MESSAGE(size < 0.2 + 1e-5,
                    text(norm, ", picture ", n, ": expected at most 0.2, found ", size));
      CHECK_MESSAGE(size > 0.19,
                    text(norm, ", picture ", n, ": expected the whole leash, found ", size));
    }
  }
}

TEST_CASE("each picture of a batch has a leash of its own") {
  const Tensor images = Tensor::from({2, 1, 1, 2}, {0.5, 0.5, 0.3, 0.8});
  grade::check_equal("x", attacked(product(slope), images, {.norm = "l2", .eps = 0.1, .steps = 60}),
                     Tensor::from({2, 1, 1, 2}, {0.56, 0.42, 0.36, 0.72}), 1e-2);
}

TEST_CASE(
    "each step uses the gradient of that step alone: where the loss turns, the attack turns") {
  // f rises up to x = 0.6 and falls behind it. Steps of 0.25 to and fro stay near the top.
  nn::Model model;
  model.input_shape = {1, 1, 1};
  model.layers.add(nn::Flatten());
  nn::Linear first({.in_features = 1, .out_features = 2});
  first.weight.mutable_data()[0] = 1, first.weight.mutable_data()[1] = -1;
  first.bias.mutable_data()[0] = real(-0.6), first.bias.mutable_data()[1] = real(0.6);
  nn::Linear last({.in_features = 2, .out_features = 2, .bias = false});
  for (Index i = 0; i < 4; ++i) last.weight.mutable_data()[i] = i < 2 ? 1 : -1;
  model.layers.add(std::move(first)).add(nn::ReLU()).add(std::move(last));
  const Tensor found =
      attacked(std::move(model), row({0.5}), {.norm = "linf", .eps = 0.4, .steps = 20});
  CHECK_MESSAGE(std::abs(found.item() - 0.6) < 0.06,
                text("expected within a step, 0.05, of 0.6, found ", found.item()));
}
