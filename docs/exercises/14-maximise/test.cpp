#include <algorithm>

#include "docs/exercises/grade.hpp"
#include "nn/layers.hpp"
#include "viz/maximise.hpp"

using namespace glass;
using namespace glass::viz;

namespace {

/// A network that is one product: its only logit, that of class 1, is weights . x, its gradient is
/// `weights` everywhere, and so the unit of its objective is the length of `weights`.
nn::Model product(Index height, Index width, const std::vector<double>& weights) {
  Rng rng(14);
  nn::Model model;
  model.input_shape = {1, height, width};
  model.usual = {0.5};
  model.layers.add(nn::Flatten());
  nn::Linear linear({.in_features = height * width, .out_features = 1, .bias = false}, rng);
  std::ranges::copy(Tensor::from(linear.weight.shape(), weights).values(),
                    linear.weight.mutable_data());
  model.layers.add(std::move(linear));
  return model;
}

/// Steps of gradient descent with momentum 0.9, no regulariser, and images that are seen as they are.
MaximiseOptions plain(int steps) {
  return {.steps = steps, .lr = 0.1, .optimiser = "sgd", .regulariser = {}, .jitter = 0};
}

Tensor pixels(const std::vector<double>& values) {
  return Tensor::from({static_cast<Index>(values.size()) / 2, 1, 1, 2}, values);
}

/// The images after some steps with weights (3, 4), whose unit is 5.
Tensor painted(const Tensor& init, const MaximiseOptions& options,
               const std::function<bool(const MaximiseStep&)>& on_step = {}) {
  nn::Model model = product(1, 2, {3, 4});
  return maximise(model, Objective(model, "logit:1"), init, options, on_step).images;
}

}  // namespace

TEST_CASE("one step from (0.5, 0.5), lr 0.1, along (3, 4) in its unit, 5: uphill") {
  grade::check_equal("x", painted(pixels({0.5, 0.5}), plain(1)), pixels({0.56, 0.58}), 1e-5);
}

TEST_CASE("two steps with momentum 0.9: the second is 1.9 times the first, and not longer") {
  grade::check_equal("x", painted(pixels({0.5, 0.5}), plain(2)), pixels({0.674, 0.732}), 1e-5);
}

TEST_CASE("pixels stay in [0, 1]") {
  nn::Model model = product(1, 2, {30, -40});
  grade::check_equal(
      "x", maximise(model, Objective(model, "logit:1"), pixels({0.9, 0.1}), plain(4)).images,
      pixels({1, 0}));
}

TEST_CASE("pixels stay in [0, 1] where the coordinates are not the pixels") {
  Rng rng(15);
  nn::Model model = product(4, 4, std::vector<double>(16, 1.0));
  MaximiseOptions options = plain(4);
  options.parametrisation = "fourier";
  options.lr = 2;
  const auto check = [](const MaximiseStep& step) {
    for (const real pixel : step.image.values()) {
      if (pixel >= 0 && pixel <= 1) continue;
      FAIL(text("after step ", step.step, ": expected pixels from 0 to 1, found ", pixel));
    }
    return true;
  };
  maximise(model, Objective(model, "logit:1"), Tensor::uniform({1, 1, 4, 4}, rng), options, check);
}

TEST_CASE("each picture of a batch takes the steps that it takes alone") {
  grade::check_equal("x", painted(pixels({0.5, 0.5, 0.1, 0.2}), plain(1)),
                     pixels({0.56, 0.58, 0.16, 0.28}), 1e-5);
}

TEST_CASE("what a step reports: the objective and the penalty before it, and the image after it") {
  MaximiseOptions options = plain(1);
  painted(pixels({0.5, 0.5}), options, [](const MaximiseStep& step) {
    grade::check_equal("objective, 3 * 0.5 + 4 * 0.5", step.objective, 3.5);
    grade::check_equal("image", step.image, pixels({0.56, 0.58}), 1e-5);
    return true;
  });
  // Of two steps, the regulariser's weight is 0 at the first and 1 at the second, where this one, of
  // the distance from grey, is 2 (0.16^2 + 0.18^2).
  options = plain(2);
  options.regulariser = {.l2 = 1};
  std::vector<double> penalties;
  painted(pixels({0.6, 0.6}), options, [&](const MaximiseStep& step) {
    penalties.push_back(step.penalty);
    return true;
  });
  REQUIRE(penalties.size() == 2);
  grade::check_equal("1 + the first penalty", 1 + penalties[0], 1);
  grade::check_equal("the second penalty", penalties[1], 0.116, 1e-5);
}

TEST_CASE("the penalty is descended along: at the second step its gradient is 4 (0.16, 0.18)") {
  MaximiseOptions options = plain(2);
  options.regulariser = {.l2 = 1};
  grade::check_equal("x", painted(pixels({0.6, 0.6}), options), pixels({0.71, 0.76}), 1e-5);
}

TEST_CASE("the network sees a glance: with jitter, one weight moves several pixels") {
  std::vector<double> weights(25, 0.0);
  weights[12] = 1;
  nn::Model model = product(5, 5, weights);
  MaximiseOptions options = plain(20);
  options.jitter = 1;
  const Tensor init = Tensor::full({1, 1, 5, 5}, 0.5);
  const Tensor image = maximise(model, Objective(model, "logit:1"), init, options).images;
  const auto changed = std::ranges::count_if(image.values(), [](real x) { return x != real(0.5); });
  CHECK_MESSAGE(changed > 1, text("expected several pixels to change, found ", changed));
}

TEST_CASE("the regulariser sees the image itself, whatever the glance") {
  MaximiseOptions options = plain(2);
  options.regulariser = {.l2 = 1};
  options.jitter = 3;
  options.lr = 0;
  painted(pixels({0.6, 0.6}), options, [](const MaximiseStep& step) {
    if (step.step == 2) grade::check_equal("penalty, 2 (0.1^2 + 0.1^2)", step.penalty, 0.04, 1e-5);
    return true;
  });
}
