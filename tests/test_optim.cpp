#include <doctest/doctest.h>

#include <functional>
#include <memory>

#include "optim/adam.hpp"
#include "optim/adamw.hpp"
#include "optim/schedule.hpp"
#include "optim/sgd.hpp"

namespace {

using namespace glass;
using optim::Optimiser;
using Make = std::function<std::unique_ptr<Optimiser>(std::vector<Tensor>)>;

constexpr double tolerance = sizeof(real) == 8 ? 1e-10 : 2e-6;

Make sgd(const optim::SGDOptions& options) {
  return [options](auto x) { return std::make_unique<optim::SGD>(std::move(x), options); };
}
Make adam(const optim::AdamOptions& options) {
  return [options](auto x) { return std::make_unique<optim::Adam>(std::move(x), options); };
}
Make adamw(const optim::AdamWOptions& options) {
  return [options](auto x) { return std::make_unique<optim::AdamW>(std::move(x), options); };
}

void set_grad(const Tensor& x, const std::vector<double>& gradient) {
  x.zero_grad();
  x.accumulate_grad(Tensor::from(x.shape(), gradient).storage());
}

void check_values(const Tensor& x, const std::vector<double>& expected) {
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CAPTURE(i);
    CHECK(std::abs(x.values()[i] - expected[i]) <= tolerance * std::abs(expected[i]));
  }
}

/// Three steps with given gradients, as torch.optim was run to obtain `expected`.
void check_three_steps(const Make& make, const std::vector<double>& expected) {
  Tensor x = Tensor::from({4}, {1, -2, 0.5, 3}).requires_grad(true);
  const auto optimiser = make({x});
  for (const std::vector<double>& gradient :
       {std::vector{0.5, -1.0, 0.25, 0.0}, {-0.1, 2.0, 0.75, 0.0}, {0.3, -0.5, -1.5, 4.0}}) {
    set_grad(x, gradient);
    optimiser->step();
  }
  check_values(x, expected);
}

/// The distance from the minimum of (x - target)^2, weighted differently along each axis.
double distance_after(int steps, const Make& make) {
  const Tensor target = Tensor::from({3}, {1, -2, 3});
  const Tensor weight = Tensor::from({3}, {1, 0.2, 3});
  Tensor x = Tensor::zeros({3}).requires_grad(true);
  const auto optimiser = make({x});
  double distance = 0;
  for (int i = 0; i < steps; ++i) {
    set_grad(x, {2 * weight.values()[0] * (x.values()[0] - target.values()[0]),
                 2 * weight.values()[1] * (x.values()[1] - target.values()[1]),
                 2 * weight.values()[2] * (x.values()[2] - target.values()[2])});
    optimiser->step();
  }
  for (std::size_t i = 0; i < 3; ++i) distance += std::abs(x.values()[i] - target.values()[i]);
  return distance;
}

const std::vector<Make> every_optimiser = {
    sgd({.lr = 0.1}),
    sgd({.lr = 0.05, .momentum = 0.9}),
    sgd({.lr = 0.05, .momentum = 0.9, .nesterov = true}),
    adam({.lr = 0.05}),
    adamw({.lr = 0.05, .weight_decay = 0}),
};

}  // namespace

TEST_CASE("optim: SGD gives the numbers of torch.optim.SGD") {
  check_three_steps(sgd({.lr = 0.1, .weight_decay = 0.01}),
                    {0.927092949, -2.044005898, 0.5486264745, 2.591008997});
  check_three_steps(sgd({.lr = 0.1, .momentum = 0.9, .weight_decay = 0.01}),
                    {0.848074749, -2.047969498, 0.4371173745, 2.583184397});
  check_three_steps(sgd({.lr = 0.1, .momentum = 0.9, .nesterov = true, .weight_decay = 0.01}),
                    {0.790593358191, -2.08733691638, 0.492285479095, 2.21589470342});
}

TEST_CASE("optim: Adam and AdamW give the numbers of torch.optim") {
  check_three_steps(adam({.lr = 0.1}),
                    {0.782441774202, -1.95027941967, 0.331677491642, 2.93611864034});
  check_three_steps(
      adam({.lr = 0.1, .beta1 = 0.8, .beta2 = 0.95, .eps = 1e-3, .weight_decay = 0.1}),
      {0.761632121346, -1.93025384984, 0.332144956018, 2.72511433521});
  check_three_steps(adamw({.lr = 0.1, .weight_decay = 0.1}),
                    {0.755241800225, -1.89250131613, 0.319734772665, 2.84701564034});
}

TEST_CASE("optim: AdamW decays however its options are filled") {
  const std::vector<double> expected{0.779695775804, -1.94444870732, 0.330470669244, 2.92712763734};
  check_three_steps(adamw({.lr = 0.1}), expected);
  check_three_steps(adamw({.lr = 0.1, .weight_decay = 0.01}), expected);
}

TEST_CASE("optim: every optimiser finds the minimum of a quadratic") {
  for (const Make& make : every_optimiser) CHECK(distance_after(600, make) < 1e-2);
}

TEST_CASE("optim: a gradient of zero moves nothing and gives no NaN") {
  for (const Make& make : every_optimiser) {
    Tensor x = Tensor::from({2}, {1, -2}).requires_grad(true);
    const auto optimiser = make({x});
    for (int i = 0; i < 3; ++i) {
      set_grad(x, {0, 0});
      optimiser->step();
    }
    CHECK(x.values()[0] == 1);
    CHECK(x.values()[1] == -2);
  }
}

TEST_CASE("optim: a tensor without a gradient is skipped and does not age") {
  for (const Make& make : every_optimiser) {
    Tensor idle = Tensor::from({2}, {1, -2}), busy = Tensor::from({2}, {1, -2});
    Tensor fresh = Tensor::from({2}, {1, -2});
    const auto both = make({idle, busy});
    for (int i = 0; i < 3; ++i) {
      set_grad(busy, {1, 1});
      both->step();
    }
    CHECK(idle.values()[0] == 1);
    CHECK(busy.values()[0] != 1);

    both->zero_grad();
    CHECK_FALSE(busy.has_grad());
    const auto alone = make({fresh});
    set_grad(idle, {1, 1});
    set_grad(fresh, {1, 1});
    both->step();
    alone->step();
    CHECK(idle.values()[0] == fresh.values()[0]);
  }
}

TEST_CASE("optim: written-back state continues bit for bit") {
  for (const Make& make : every_optimiser) {
    Tensor x = Tensor::from({3}, {1, -2, 0.5});
    const auto first = make({x});
    const auto step = [](Optimiser& optimiser, const Tensor& tensor, double scale) {
      set_grad(tensor, {0.3 * scale, -1.7, scale});
      optimiser.step();
    };
    step(*first, x, 1);
    step(*first, x, -2);

    Tensor copy = x.clone();
    const auto second = make({copy});
    const std::vector<Tensor> from = first->state(), to = second->state();
    REQUIRE(from.size() == to.size());
    for (std::size_t i = 0; i < from.size(); ++i) {
      std::copy(from[i].storage().begin(), from[i].storage().end(), to[i].mutable_data());
    }
    step(*first, x, 3);
    step(*second, copy, 3);
    for (std::size_t i = 0; i < 3; ++i) CHECK(x.values()[i] == copy.values()[i]);
  }
}

TEST_CASE("optim: options that make no sense are refused in one line") {
  const Tensor x = Tensor::zeros({1});
  CHECK_THROWS_WITH_AS(optim::Adam({x}, {.beta1 = 1.5}),
                       "adam: beta1 is 1.5, expected 0 <= beta1 < 1", Error);
  CHECK_THROWS_AS(optim::Adam({x}, {.eps = 0}), Error);
  CHECK_THROWS_AS(optim::Adam({x}, {.lr = -1}), Error);
  CHECK_THROWS_AS(optim::SGD({x}, {.lr = std::nan("")}), Error);
  CHECK_THROWS_AS(optim::SGD({x}, {.momentum = 1}), Error);
  CHECK_THROWS_AS(optim::SGD({x}, {.nesterov = true}), Error);
  CHECK_THROWS_AS(optim::step_decay({.every = 0}), Error);
  CHECK_THROWS_AS(optim::one_cycle({.steps = 0}), Error);
  CHECK_THROWS_AS(optim::one_cycle({.warm_up = 1}), Error);
}

TEST_CASE("optim: the step schedule drops on time") {
  const optim::Schedule lr = optim::step_decay({.lr = 0.8, .every = 10, .factor = 0.5});
  CHECK(lr(0) == 0.8);
  CHECK(lr(9) == 0.8);
  CHECK(lr(10) == 0.4);
  CHECK(lr(35) == doctest::Approx(0.1));
}

TEST_CASE("optim: the one-cycle schedule gives the numbers of torch.optim.lr_scheduler") {
  const optim::Schedule lr = optim::one_cycle({.max_lr = 0.1, .steps = 20});
  CHECK(lr(0) == doctest::Approx(0.004));
  CHECK(lr(1) == doctest::Approx(0.01316718427).epsilon(1e-9));
  CHECK(lr(4) == doctest::Approx(0.09083281573).epsilon(1e-9));
  CHECK(lr(5) == doctest::Approx(0.1));
  CHECK(lr(6) == doctest::Approx(0.0987464006235).epsilon(1e-9));
  CHECK(lr(18) == doctest::Approx(0.00125399937649).epsilon(1e-9));
  CHECK(lr(19) == doctest::Approx(4e-7).epsilon(1e-9));
  CHECK(lr(100) == doctest::Approx(4e-7).epsilon(1e-9));

  CHECK(optim::one_cycle({.max_lr = 0.1, .steps = 1})(0) == 0.1);
  CHECK(optim::one_cycle({.max_lr = 0.1, .steps = 2, .warm_up = 0})(0) == 0.1);
}
