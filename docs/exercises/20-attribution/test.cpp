#include <algorithm>

#include "docs/exercises/grade.hpp"
#include "nn/layers.hpp"
#include "viz/attribution.hpp"

using namespace glass;
using namespace glass::viz;

namespace {

/// A network of one pixel: its only logit, that of class 1, is f = after relu(before x + bias).
nn::Model one_relu(double before, double bias, double after) {
  nn::Model model;
  model.input_shape = {1, 1, 1};
  model.layers.add(nn::Flatten());
  nn::Linear first({.in_features = 1, .out_features = 1});
  first.weight.mutable_data()[0] = static_cast<real>(before);
  first.bias.mutable_data()[0] = static_cast<real>(bias);
  nn::Linear last({.in_features = 1, .out_features = 1, .bias = false});
  last.weight.mutable_data()[0] = static_cast<real>(after);
  model.layers.add(std::move(first)).add(nn::ReLU()).add(std::move(last));
  return model;
}

/// From one pixel at 0 to one at 1.
double from_black_to_white(nn::Model model, int steps) {
  return integrated_gradients(model, Objective(model, "logit:1"), Tensor::full({1, 1, 1, 1}, 1),
                              {.baseline = Tensor::zeros({1, 1, 1, 1}), .steps = steps})
      .item();
}

/// A small network with random weights, of two channels and 6 x 6 pixels.
nn::Model network() {
  Rng rng(20);
  nn::Model model;
  model.input_shape = {2, 6, 6};
  model.layers.add(nn::Conv2d({.in_channels = 2, .out_channels = 4, .kernel_size = 3}, rng));
  model.layers.add(nn::ReLU()).add(nn::Flatten());
  model.layers.add(nn::Linear({.in_features = 64, .out_features = 3}, rng));
  return model;
}

Tensor pictures() {
  Rng rng(21);
  return Tensor::uniform({2, 2, 6, 6}, rng);
}
Tensor grey() { return Tensor::full({1, 2, 6, 6}, 0.5); }

/// Two channels, 1 and 2 times the pixels, and a logit that reads each place of each with a weight of its own.
nn::Model two_channels(const std::vector<double>& of_first, const std::vector<double>& of_second) {
  nn::Model model;
  model.input_shape = {1, 2, 2};
  nn::Conv2d conv({.in_channels = 1, .out_channels = 2, .kernel_size = 1, .bias = false});
  conv.weight.mutable_data()[0] = 1, conv.weight.mutable_data()[1] = 2;
  nn::Linear linear({.in_features = 8, .out_features = 1, .bias = false});
  for (std::size_t i = 0; i < 4; ++i) {
    linear.weight.mutable_data()[i] = static_cast<real>(of_first[i]);
    linear.weight.mutable_data()[4 + i] = static_cast<real>(of_second[i]);
  }
  model.layers.add(std::move(conv)).add(nn::Flatten()).add(std::move(linear));
  return model;
}

Tensor square_of(const std::vector<double>& values) { return Tensor::from({1, 1, 2, 2}, values); }

/// Where the two channels speak for the logit.
Tensor cam(nn::Model model, const Tensor& image) {
  return grad_cam(model, Objective(model, "logit:1"), image, {.baseline = {}, .layer = 0});
}

}  // namespace

TEST_CASE("integrated gradients of a linear logit: the weight times the way from the baseline") {
  Rng rng(22);
  nn::Model model;
  model.input_shape = {1, 1, 3};
  model.layers.add(nn::Flatten());
  model.layers.add(nn::Linear({.in_features = 3, .out_features = 1}, rng));
  const Tensor weight = reshape(model.parameters()[0].tensor.detach(), {1, 1, 1, 3});
  const Tensor x = Tensor::from({1, 1, 1, 3}, {0.1, 0.5, 0.9}), b = Tensor::full({1, 1, 1, 3}, 0.5);
  grade::check_equal("map",
                     integrated_gradients(model, Objective(model, "logit:1"), x, {.baseline = b}),
                     weight * (x - b), 1e-5);
}

TEST_CASE(
    "f = 1/2 - relu(1/2 - x) from 0 to 1: no gradient is left at 1, but half of the way had one") {
  grade::check_equal("map", from_black_to_white(one_relu(-1, 0.5, -1), 64), 0.5, 1e-5);
}

TEST_CASE(
    "two pieces from 0 to 1, f = relu(x - 0.1): both middles, 1/4 and 3/4, have the slope 1") {
  grade::check_equal("map", from_black_to_white(one_relu(1, -0.1, 1), 2), 1, 1e-5);
}

TEST_CASE("two pieces from 0 to 1, f = relu(x - 0.3): the middle of the first has the slope 0") {
  grade::check_equal("map", from_black_to_white(one_relu(1, -0.3, 1), 2), 0.5, 1e-5);
}

TEST_CASE("the shares of all pixels add up to f(x) - f(b)") {
  nn::Model model = network();
  const Objective logit(model, "logit:1");
  const Tensor maps =
      integrated_gradients(model, logit, pictures(), {.baseline = grey(), .steps = 200});
  for (const double gap : completeness_gap(model, logit, pictures(), grey(), maps)) {
    CHECK_MESSAGE(gap < 0.01, text("off by ", 100 * gap, " % of the sum of the magnitudes"));
  }
}

TEST_CASE("each picture of a batch gets the map that it gets alone") {
  nn::Model model = network();
  const Objective logit(model, "logit:2");
  // Before the ReLU: which of its places let the gradient through depends on the picture.
  const AttributionOptions options{.baseline = grey(), .steps = 8, .layer = 0};
  for (const Method method : {integrated_gradients, grad_cam}) {
    const Tensor both = method(model, logit, pictures(), options);
    const Tensor second = method(model, logit, narrow(pictures(), 0, 1, 1), options);
    grade::check_equal("second map", narrow(both, 0, 1, 1), second, 1e-4);
  }
}

TEST_CASE("Grad-CAM: channels x and 2 x, whose gradients are 3 and -1: relu(3 x - 2 x)") {
  grade::check_equal("map",
                     cam(two_channels({3, 3, 3, 3}, {-1, -1, -1, -1}), square_of({1, 0.5, -1, 0})),
                     square_of({1, 0.5, 0, 0}), 1e-5);
}

TEST_CASE("a channel's weight is the mean of its gradient over all places: here 1, from 4 at one") {
  grade::check_equal("map", cam(two_channels({4, 0, 0, 0}, {0, 0, 0, 0}), square_of({1, 2, 3, 4})),
                     square_of({1, 2, 3, 4}), 1e-5);
}

TEST_CASE("what speaks against the logit is not shown") {
  grade::check_equal("1 + map",
                     1 + cam(two_channels({-1, -1, -1, -1}, {0, 0, 0, 0}), square_of({1, 2, 3, 4})),
                     square_of({1, 1, 1, 1}), 1e-5);
}

TEST_CASE("a map of 4 x 4 places is enlarged to the picture's 6 x 6 pixels, in one channel") {
  nn::Model model = network();
  const Tensor map =
      grad_cam(model, Objective(model, "logit:0"), pictures(), {.baseline = {}, .layer = 1});
  CHECK_MESSAGE((map.shape() == Shape{2, 1, 6, 6}),
                text("expected [2,1,6,6], found ", map.shape()));
}
