#include <doctest/doctest.h>

#include <functional>

#include "autograd/storage_pool.hpp"
#include "autograd/threads.hpp"
#include "autograd/trace.hpp"
#include "nn/inference.hpp"
#include "nn/layers.hpp"
#include "nn/sequential.hpp"
#include "optim/adam.hpp"
#include "run_program.hpp"

using namespace glass;

/// Whole steps, as programs take them: of a network with every kind of kernel in it.
namespace {

nn::Sequential network() {
  Rng rng(3);
  nn::Sequential net;
  net.add(nn::Conv2d({.in_channels = 3, .out_channels = 16, .kernel_size = 3, .padding = 1}, rng))
      .add(nn::BatchNorm2d({.num_features = 16}))
      .add(nn::ReLU())
      .add(nn::Conv2d({.in_channels = 16, .out_channels = 24, .kernel_size = 3, .padding = 1}, rng))
      .add(nn::ReLU())
      .add(nn::MaxPool2d({.kernel_size = 2}))
      .add(nn::Conv2d({.in_channels = 24, .out_channels = 16, .kernel_size = 5, .stride = 2}, rng))
      .add(nn::ELU())
      .add(nn::Flatten())
      .add(nn::Linear({.in_features = 16 * 4 * 4, .out_features = 10}, rng));
  return net;
}

constexpr Index batch = 12;

Tensor images() {
  Rng rng(4);
  return Tensor::uniform({batch, 3, 24, 24}, rng);
}

std::vector<Index> labels() {
  std::vector<Index> labels;
  for (Index i = 0; i < batch; ++i) labels.push_back(i % 10);
  return labels;
}

/// Takes some steps, calling `after_step` after each, and returns what was trained.
using AfterStep = std::function<void(int step)>;

std::vector<real> train(
    int steps, const AfterStep& after_step = [](int) {}) {
  nn::Sequential net = network();
  net.requires_grad(true);
  const std::vector<Tensor> weights = nn::tensors(net.parameters());
  optim::Adam adam(weights);
  const Tensor x = images();
  for (int step = 0; step < steps; ++step) {
    adam.zero_grad();
    cross_entropy(net(x), labels()).backward();
    adam.step();
    after_step(step);
  }
  std::vector<real> values;
  for (const Tensor& w : weights) values.insert(values.end(), w.values().begin(), w.values().end());
  return values;
}

std::vector<real> maximise(
    int steps, const AfterStep& after_step = [](int) {}) {
  nn::Sequential net = network();
  net.eval();
  net.requires_grad(false);
  const Tensor x = images().requires_grad(true);
  optim::Adam adam({x}, {.lr = 0.05});
  for (int step = 0; step < steps; ++step) {
    adam.zero_grad();
    const Tensor score = sum(gather(net(shift(x, step % 3 - 1, 1)), 1, labels()));
    (total_variation(x, {.beta = 1.5}) + alpha_norm(x) - score).backward();
    adam.step();
    after_step(step);
  }
  return {x.values().begin(), x.values().end()};
}

void check_storage(const std::function<void(const AfterStep&)>& run) {
  std::size_t after_warm_up = 0;
  run([&](int step) {
    const std::size_t now = storage_statistics().system_allocations;
    if (step == 1) after_warm_up = now;
    if (step > 1) CHECK(now == after_warm_up);
  });
}

}  // namespace

TEST_CASE("training and maximising give the same bits with 1, 2, 3 and 8 threads") {
  const int training_steps = sanitized ? 4 : 100, maximising_steps = 4;
  kernels::set_threads(1);
  const std::vector<real> weights = train(training_steps), pixels = maximise(maximising_steps);
  for (const int threads : {2, 3, 8}) {
    CAPTURE(threads);
    kernels::set_threads(threads);
    CHECK(train(training_steps) == weights);
    CHECK(maximise(maximising_steps) == pixels);
  }
  kernels::set_threads(0);
}

TEST_CASE("after warming up, training and maximising allocate no storage") {
  check_storage([](const AfterStep& f) { train(4, f); });
  check_storage([](const AfterStep& f) { maximise(4, f); });
}

TEST_CASE("inference in slices gives what the network gives, and the same bits for any threads") {
  nn::Sequential net = network();
  net.eval();
  const auto f = [&](const Tensor& x) { return net(x); };
  Rng rng(5);
  for (const Index images : {1, 83, 84, 131}) {  // the first two are one slice
    CAPTURE(images);
    const Tensor x = Tensor::uniform({images, 3, 24, 24}, rng).requires_grad(true);
    const Tensor whole = net(x);
    kernels::set_threads(1);
    const Tensor sliced = nn::infer(f, x);
    CHECK(!sliced.requires_grad());
    REQUIRE(sliced.shape() == whole.shape());
    for (Index i = 0; i < whole.size(); ++i) {
      CHECK(sliced.data()[i] == doctest::Approx(whole.data()[i]).epsilon(1e-4));
    }
    for (const int threads : {2, 3, 8}) {
      kernels::set_threads(threads);
      CHECK(std::ranges::equal(nn::infer(f, x).values(), sliced.values()));
    }
  }
  CHECK_THROWS_AS(nn::infer(f, Tensor::zeros({131, 2, 24, 24})), ShapeError);
  kernels::set_threads(0);
}

TEST_CASE("inference that an observer looks at goes through the layers in one piece") {
  nn::Sequential net = network();
  net.eval();
  const Trace trace;
  nn::infer([&](const Tensor& x) { return net(x); }, Tensor::zeros({131, 3, 24, 24}));
  const auto first = std::ranges::find(trace.entries(), "conv2d", &Trace::Entry::op);
  REQUIRE(first != trace.entries().end());
  CHECK(first->value.shape() == Shape{131, 16, 24, 24});
}
