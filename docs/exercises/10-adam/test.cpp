#include "docs/exercises/grade.hpp"
#include "optim/adamw.hpp"

using namespace glass;
using optim::Adam;
using optim::AdamW;

namespace {

Tensor row(const std::vector<double>& values) {
  return Tensor::from({static_cast<Index>(values.size())}, values);
}

/// A trainable tensor.
Tensor parameter(const std::vector<double>& values) { return row(values).requires_grad(true); }

/// One step along the gradient `dx`, which is a constant.
void step(optim::Optimiser& optimiser, const Tensor& x, const std::vector<double>& dx) {
  optimiser.zero_grad();
  x.backward(row(dx));
  optimiser.step();
}

}  // namespace

TEST_CASE("m and v remember a tenth of the gradient and a thousandth of its square") {
  const Tensor x = parameter({0, 0});
  Adam adam({x}, {.beta1 = 0.9, .beta2 = 0.999});
  step(adam, x, {2, -10});
  grade::check_equal("m", adam.state()[0], row({0.2, -1}), 1e-4);
  grade::check_equal("v", adam.state()[1], row({0.004, 0.1}), 1e-4);
}

TEST_CASE("the first step is lr, whatever the size of the gradient") {
  const Tensor x = parameter({1, 1, 1});
  Adam adam({x}, {.lr = 0.1});
  step(adam, x, {0.001, 5, -1000});
  grade::check_equal("x", x, row({0.9, 0.9, 1.1}), 1e-4);
}

TEST_CASE("two steps: lr 1, beta1 1/2, beta2 3/4, gradients 4 and then 2") {
  const Tensor x = parameter({0});
  Adam adam({x}, {.lr = 1, .beta1 = 0.5, .beta2 = 0.75});
  step(adam, x, {4});  // m = 2, v = 4; corrected 4 and 16
  grade::check_equal("x after one step", x, row({-1}), 1e-5);
  step(adam, x, {2});  // m = 2, v = 4; corrected 2 / (3/4) and 4 / (7/16)
  grade::check_equal("x after two steps", x, row({-1 - (8.0 / 3) / std::sqrt(64.0 / 7)}), 1e-5);
}

TEST_CASE("eps is added to the root of the corrected v: gradient 1, eps 1, half a step") {
  const Tensor x = parameter({0});
  Adam adam({x}, {.lr = 1, .eps = 1});
  step(adam, x, {1});
  grade::check_equal("x", x, row({-0.5}), 1e-4);
}

TEST_CASE("Adam's weight decay is part of the gradient, so that the first step is still lr") {
  const Tensor x = parameter({3, 3});
  Adam adam({x}, {.lr = 0.1, .weight_decay = 0.5});
  step(adam, x, {0, -4});  // with the decay 1.5 and -2.5
  grade::check_equal("x", x, row({2.9, 3.1}), 1e-4);
  grade::check_equal("m", adam.state()[0], row({0.15, -0.25}), 1e-4);
  grade::check_equal("the gradient, which is only read", x.grad(), row({0, -4}));
}

TEST_CASE("AdamW's weight decay passes by the means: x shrinks by lr weight_decay x, and steps") {
  const Tensor x = parameter({3, 3});
  AdamW adam({x}, {.lr = 0.1, .weight_decay = 0.5});
  step(adam, x, {0, -4});
  grade::check_equal("x", x, row({2.85, 2.95}), 1e-4);
  grade::check_equal("m", adam.state()[0], row({0, -0.4}), 1e-4);
}

TEST_CASE("a tensor without a gradient does not step") {
  const Tensor x = parameter({3}), y = parameter({3});
  AdamW adam({x, y}, {.lr = 0.1, .weight_decay = 0.5});
  step(adam, x, {1});
  grade::check_equal("the one without", y, row({3}));
  grade::check_equal("the one with a gradient", x, row({2.75}), 1e-4);
}

TEST_CASE("and its steps are not counted: when the gradient comes, its first step is lr") {
  const Tensor x = parameter({0}), y = parameter({0});
  Adam adam({x, y}, {.lr = 0.1});
  for (int i = 0; i < 5; ++i) step(adam, x, {1});
  step(adam, y, {1});
  grade::check_equal("y", y, row({-0.1}), 1e-4);
}

TEST_CASE("the bottom of a bowl is reached, though it is 10000 times as steep one way") {
  const Tensor x = parameter({1, -1}), bottom = row({0.3, 0.7}), steepness = row({100, 0.01});
  Adam adam({x}, {.lr = 0.02});
  for (int i = 0; i < 1000; ++i) {
    adam.zero_grad();
    sum(steepness * square(x - bottom)).backward();
    adam.step();
  }
  grade::check_equal("x", x, bottom, 0.01);
}
