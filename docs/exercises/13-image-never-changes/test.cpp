#include <algorithm>

#include "docs/exercises/13-image-never-changes/paint.hpp"
#include "docs/exercises/grade.hpp"
#include "nn/layers.hpp"

using namespace glass;

namespace {

/// A small network with random weights, for images of 1 x 6 x 6 pixels.
nn::Model network() {
  Rng rng(13);
  nn::Model model;
  model.input_shape = {1, 6, 6};
  model.layers.add(nn::Conv2d({.in_channels = 1, .out_channels = 8, .kernel_size = 3}, rng));
  model.layers.add(nn::ReLU());
  model.layers.add(nn::Flatten());
  model.layers.add(nn::Linear({.in_features = 128, .out_features = 5}, rng));
  return model;
}

Tensor noise() {
  Rng rng(14);
  return Tensor::uniform({1, 1, 6, 6}, rng, 0.3, 0.7);
}

double logit(nn::Model& model, const Tensor& image) { return model(image).data()[2]; }

Tensor painted(nn::Model& model, const Tensor& start, int steps = 8) {
  return paint(model, start, 2, steps);
}

}  // namespace

TEST_CASE("paint() comes to an end: backward() finds something that is trainable") {
  nn::Model model = network();
  painted(model, noise(), 1);
}

TEST_CASE("the image changes") {
  nn::Model model = network();
  const Tensor image = painted(model, noise());
  CHECK_MESSAGE(!std::ranges::equal(image.values(), noise().values()),
                "after 8 steps every pixel is what it was at the start");
}

TEST_CASE("the logit rises, and more with more steps") {
  nn::Model model = network();
  double before = logit(model, noise());
  for (const int steps : {1, 4, 16}) {
    const double after = logit(model, painted(model, noise(), steps));
    CHECK_MESSAGE(after > before,
                  text("after ", steps, " steps: expected more than ", before, ", found ", after));
    before = after;
  }
}

TEST_CASE("the starting image is not modified") {
  nn::Model model = network();
  const Tensor start = noise();
  painted(model, start);
  grade::check_equal("start", start, noise());
  CHECK_MESSAGE(!start.requires_grad(), "start: expected no flag to be set, found it trainable");
}

TEST_CASE("the weights are not modified, and get no gradient") {
  nn::Model model = network(), untouched = network();
  painted(model, noise());
  const auto weights = model.parameters(), expected = untouched.parameters();
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const nn::NamedTensor& weight = weights[i];
    grade::check_equal(weight.name, weight.tensor, expected[i].tensor);
    CHECK_MESSAGE(!weight.tensor.has_grad(),
                  text(weight.name, ": expected no gradient, found one"));
  }
}

TEST_CASE("each step uses the gradient of that step alone") {
  // Two pixels and no ReLU: the gradient never changes, and so every step of Adam is its lr. Were the
  // gradients of all steps added up, they would be shorter.
  Rng rng(15);
  nn::Model model;
  model.input_shape = {1, 1, 2};
  model.layers.add(nn::Flatten());
  model.layers.add(nn::Linear({.in_features = 2, .out_features = 5}, rng));
  const Tensor weight = model.parameters().front().tensor;
  weight.mutable_data()[4] = 3, weight.mutable_data()[5] = -3;  // of logit 2
  grade::check_equal("after 5 steps of 0.05", painted(model, Tensor::full({1, 1, 1, 2}, 0.5), 5),
                     Tensor::from({1, 1, 1, 2}, {0.75, 0.25}), 1e-3);
}

TEST_CASE("Adam remembers: one optimiser for all steps") {
  // One pixel, and logit 2 = -relu(0.52 - pixel). After the first step, to 0.55, its gradient is 0;
  // what Adam has averaged leads further: sqrt(0.001999 / 0.000999) * 0.09 / 0.19 of its lr.
  Rng rng(16);
  nn::Model model;
  model.input_shape = {1, 1, 1};
  model.layers.add(nn::Flatten());
  model.layers.add(nn::Linear({.in_features = 1, .out_features = 1}, rng));
  model.layers.add(nn::ReLU());
  model.layers.add(nn::Linear({.in_features = 1, .out_features = 5}, rng));
  const auto weights = model.parameters();
  weights[0].tensor.mutable_data()[0] = -1, weights[1].tensor.mutable_data()[0] = real(0.52);
  weights[2].tensor.mutable_data()[2] = -1;
  grade::check_equal("after 2 steps of 0.05", painted(model, Tensor::full({1, 1, 1, 1}, 0.5), 2),
                     Tensor::full({1, 1, 1, 1}, 0.5835), 1e-3);
}

TEST_CASE("pixels stay in [0, 1]") {
  nn::Model model = network();
  for (const real pixel : painted(model, noise(), 64).values()) {
    if (pixel >= 0 && pixel <= 1) continue;
    FAIL(text("after 64 steps: expected pixels from 0 to 1, found ", pixel));
  }
}
