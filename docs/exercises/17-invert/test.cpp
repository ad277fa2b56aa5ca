#include <algorithm>

#include "docs/exercises/grade.hpp"
#include "nn/layers.hpp"
#include "viz/invert.hpp"
#include "viz/start.hpp"

using namespace glass;
using namespace glass::viz;

namespace {

/// A network that is one product with a matrix [outputs,4], of images of 2 x 2 pixels.
nn::Model product(const Tensor& matrix) {
  Rng rng(17);
  nn::Model model;
  model.input_shape = {1, 2, 2};
  model.usual = {0.5};
  model.layers.add(nn::Flatten());
  nn::Linear linear({.in_features = 4, .out_features = matrix.shape()[0], .bias = false}, rng);
  std::ranges::copy(matrix.values(), linear.weight.mutable_data());
  model.layers.add(std::move(linear));
  return model;
}

/// From 4 pixels their sum, and three differences: all that there is to know of them.
nn::Model all_of_it() {
  return product(Tensor::from({4, 4}, {1, 1, 1, 1, 1, -1, 0, 0, 0, 1, -1, 0, 0, 0, 1, -1}));
}
/// The sum of the first and the last pixel alone.
nn::Model little_of_it() { return product(Tensor::from({1, 4}, {1, 0, 0, 1})); }

constexpr Index last_layer = 1;
const Regulariser none;

Tensor original() { return Tensor::from({1, 1, 2, 2}, {0.9, 0.2, 0.4, 0.7}); }

/// |phi(x) - phi0|^2 / |phi0|^2 of one image, number by number.
double expected_error(const nn::Model& model, const Tensor& image) {
  const Tensor found = model.outputs(last_layer, image).back();
  const Tensor wanted = model.outputs(last_layer, original()).back();
  double distance = 0, size = 0;
  for (Index i = 0; i < found.size(); ++i) {
    const double d = found.data()[i] - wanted.data()[i];
    distance += d * d;
    size += wanted.data()[i] * wanted.data()[i];
  }
  return distance / size;
}

}  // namespace

TEST_CASE("the error of one image") {
  nn::Model model = all_of_it();
  const InvertResult found =
      invert(model, last_layer, original(), {.steps = 0, .starts = 1, .regulariser = none});
  grade::check_equal("error without a step", found.error, expected_error(model, found.image), 1e-4);
}

TEST_CASE("the loss of several starts is the sum of their errors; a step reports the mean") {
  nn::Model model = all_of_it();
  const Tensor starts = initial_noise(model, {0, 1, 2}, 5, 0.4);
  double expected = 0;
  for (const Index n : {0, 1, 2}) expected += expected_error(model, narrow(starts, 0, n, 1)) / 3;
  double loss = 0;
  invert(model, last_layer, original(), {.steps = 1, .starts = 3, .regulariser = none, .seed = 5},
         [&](const InvertStep& step) {
           loss = step.loss;
           return true;
         });
  grade::check_equal("loss of the first step", loss, expected, 1e-4);
}

TEST_CASE("a step goes downhill") {
  nn::Model model = all_of_it();
  std::vector<double> losses;
  invert(model, last_layer, original(), {.steps = 2, .lr = 0.01, .starts = 1, .regulariser = none},
         [&](const InvertStep& step) {
           losses.push_back(step.loss);
           return true;
         });
  REQUIRE(losses.size() == 2);
  CHECK_MESSAGE(losses[1] < losses[0],
                text("loss: expected less than ", losses[0], " after a step, found ", losses[1]));
}

TEST_CASE("a layer that keeps all of the image gives it back") {
  nn::Model model = all_of_it();
  const InvertResult found =
      invert(model, last_layer, original(), {.steps = 200, .lr = 0.05, .regulariser = none});
  grade::check_equal("image", found.image, original(), 1e-2);
}

TEST_CASE("each step uses the gradient of that step alone") {
  // Gradients that are added up push on past the original.
  nn::Model model = all_of_it();
  std::vector<double> losses;
  invert(model, last_layer, original(), {.steps = 60, .starts = 1, .regulariser = none},
         [&](const InvertStep& step) {
           losses.push_back(step.loss);
           return true;
         });
  CHECK_MESSAGE(losses.back() < 1e-3,
                text("loss: expected less than 0.001 after 60 steps, found ", losses.back()));
}

TEST_CASE("pixels stay in [0, 1]") {
  nn::Model model = little_of_it();
  const Tensor bright = Tensor::full({1, 1, 2, 2}, 1);
  for (const int steps : {1, 2, 3, 5}) {
    const InvertResult found = invert(model, last_layer, bright,
                                      {.steps = steps, .lr = 2, .starts = 1, .regulariser = none});
    for (const real pixel : found.image.values()) {
      if (pixel >= 0 && pixel <= 1) continue;
      FAIL(text("after ", steps, " steps: expected pixels from 0 to 1, found ", pixel));
    }
  }
}

TEST_CASE("a layer that keeps little leaves the rest to the regulariser: here to grey") {
  nn::Model model = little_of_it();
  const InvertResult found = invert(model, last_layer, original(), {.regulariser = {.l2 = 0.01}});
  grade::check_equal("image", found.image, Tensor::from({1, 1, 2, 2}, {0.8, 0.5, 0.5, 0.8}), 2e-2);
}
