#include <doctest/doctest.h>

#include "autograd/node.hpp"
#include "autograd/ops.hpp"
#include "autograd/storage_pool.hpp"
#include "nn/layers.hpp"
#include "nn/sequential.hpp"
#include "optim/adam.hpp"
#include "optim/sgd.hpp"
#include "tensors.hpp"

// What nodes keep for backward: no byte more than it reads, and nothing that was changed meanwhile.
using namespace glass;
using testing::trainable;

namespace {

std::size_t bytes(Index values) { return static_cast<std::size_t>(values) * sizeof(real); }

/// How many bytes of storage live while the result of `f` does, beyond those before.
template <class F>
std::size_t kept_by(F f) {
  const std::size_t before = storage_statistics().live_bytes;
  const Tensor result = f();
  return storage_statistics().live_bytes - before - bytes(result.size());
}

/// The refusal of `y.backward()`; empty if it did not refuse.
std::string refusal(const Tensor& y) {
  try {
    y.backward();
  } catch (const GraphError& error) {
    return error.what();
  }
  return {};
}

bool mentions(const std::string& message, const std::string& value, const std::string& operation) {
  return message.find("'" + value + "' of " + operation) != message.npos;
}

}  // namespace

TEST_CASE("a node keeps what backward reads, and inputs live on for nobody else's sake") {
  const Tensor x = Tensor::full({8, 100}, 1).requires_grad(true);
  const Index n = x.size();
  CHECK(kept_by([&] { return x + 1 + 2 + 3; }) == 0);
  CHECK(kept_by([&] { return sum(-(2 * (x + 1))); }) == 0);
  CHECK(kept_by([&] { return square(x + 1) + 1; }) == bytes(n));  // x + 1
  CHECK(kept_by([&] { return sum(relu(2 * x)); }) == bytes(n));   // relu's output
  CHECK(kept_by([&] { return sum(relu(2 * x) + relu(3 * x)); }) == 2 * bytes(n));
  CHECK(kept_by([&] { return (x + 1) * Tensor::full(x.shape(), 2); }) == bytes(n));  // the factor 2
  CHECK(kept_by([&] { return (x + 1) - mean(x, {1}, true); }) == 0);
  CHECK(kept_by([&] { return (x + 1) * Tensor::full({8, 1}, 2); }) == bytes(8));  // as it was given
  CHECK(kept_by([&] { return (x + 1) / Tensor::full({8, 1}, 2); }) == bytes(8));  // b, but not y
  CHECK(kept_by([&] { return max(cat({narrow(x + 1, 1, 0, 9), x}, 1), 1); }) == 0);
}

TEST_CASE("a frozen network keeps what ReLUs and maxima read, and no output of a convolution") {
  Rng rng(1);
  nn::Sequential net;
  net.add(nn::Conv2d({.in_channels = 3, .out_channels = 8, .kernel_size = 3, .padding = 1}, rng));
  net.add(nn::BatchNorm2d({.num_features = 8}));
  net.add(nn::ReLU());
  net.add(nn::MaxPool2d({.kernel_size = 2}));
  net.eval();
  const Tensor image = Tensor::randn({4, 3, 6, 6}, rng).requires_grad(true);
  constexpr Index activations = 4 * 8 * 6 * 6, pooled = 4 * 8 * 3 * 3, inverse_std = 8;

  net.requires_grad(false);
  CHECK(kept_by([&] { return net.forward(image); }) == bytes(activations + inverse_std));
  CHECK(kept_by([&] { return sum(net.forward(image)); }) ==
        bytes(activations + inverse_std + pooled));

  net.requires_grad(true);  // now the normalisation keeps its input, and the mean
  CHECK(kept_by([&] { return net.forward(image); }) == bytes(2 * activations + 2 * inverse_std));
}

TEST_CASE("batch normalisation keeps what the wanted gradients read, in each mode") {
  Rng rng(2);
  constexpr Index C = 3, pixels = 2 * C * 4 * 4;
  const Tensor mean = Tensor::zeros({C}), var = Tensor::full({C}, 1);
  const auto kept = [&](bool training, bool x_wanted, bool weight_wanted, bool bias_wanted) {
    const Tensor weight = Tensor::full({C}, 1).requires_grad(weight_wanted),
                 bias = Tensor::zeros({C}).requires_grad(bias_wanted);
    return kept_by([&] {
      const Tensor x = Tensor::randn({2, C, 4, 4}, rng).requires_grad(x_wanted);
      return batch_norm2d(x, weight, bias, mean, var, {.training = training});
    });
  };
  CHECK(kept(true, false, false, true) == 0);                      // sum dy
  CHECK(kept(true, false, true, false) == bytes(pixels + 2 * C));  // x, mean, inverse_std
  CHECK(kept(false, false, false, true) == 0);
  CHECK(kept(false, false, true, false) == bytes(pixels + 2 * C));

  Tensor frozen = Tensor::full({C}, 2);
  const Tensor x = Tensor::randn({2, C, 4, 4}, rng), bias = Tensor::zeros({C}).requires_grad(true);
  const Tensor y = sum(batch_norm2d(x, frozen, bias, mean, var, {.training = true}));
  frozen.mutable_values()[0] = 3;  // only dx would read it
  CHECK(refusal(y).empty());
  CHECK(bias.grad().data()[0] == 2 * 4 * 4);
}

TEST_CASE("what is released by backward() is everything that was kept") {
  const Tensor x = Tensor::full({4, 4}, 0.5).requires_grad(true);
  CHECK(kept_by([&] { return sum(square(relu(x * x))); }) == bytes(16));  // x was there before
  CHECK(kept_by([&] {
          const Tensor y = sum(square(relu(x * x)));
          y.backward();
          x.zero_grad();
          return y;
        }) == 0);
}

TEST_CASE("changing in place what backward will read is refused, by operation and value") {
  const Tensor w = trainable(3), x = trainable(2);
  const Tensor y = w * x;
  w.mutable_values()[0] = 100;  // dx would be 100 where 3 is true
  CHECK(mentions(refusal(y), "a", "mul"));
  CHECK_FALSE(x.has_grad());
}

TEST_CASE("the version is the buffer's: whichever handle wrote, and under whichever shape") {
  const Tensor x = Tensor::full({2, 2}, 1).requires_grad(true);
  const Tensor detached = sum(square(x)), reshaped = sum(square(reshape(x, {4})));
  x.detach().mutable_values()[0] = 7;
  CHECK(mentions(refusal(detached), "x", "square"));
  CHECK(mentions(refusal(reshaped), "x", "square"));

  const Tensor h = relu(x), y = sum(h);
  h.mutable_values()[0] = 0;  // an output that its own backward reads
  CHECK(mentions(refusal(y), "y", "relu"));
}

TEST_CASE("values that no backward reads may change") {
  const Tensor x = trainable(2), c = Tensor::scalar(5);
  const Tensor y = 3 * x + c;
  x.mutable_values()[0] = 9, c.mutable_values()[0] = 9;
  y.backward();
  CHECK(x.grad().item() == 3);

  const Tensor frozen = Tensor::scalar(4), z = frozen * square(x);  // nobody reads square's output
  (void)frozen.values()[0];                                         // reading is no writing
  z.backward();
  CHECK(x.grad().item() == 3 + 4 * 2 * 9);
}

TEST_CASE("a step of an optimiser between forward and backward is refused") {
  const auto refused = [](auto make) {
    const Tensor w = trainable(3), x = trainable(2);
    auto optimiser = make(w);
    (w * x).backward();
    const Tensor y = w * x;
    optimiser->step();
    return mentions(refusal(y), "a", "mul");
  };
  CHECK(refused([](const Tensor& w) { return std::make_unique<optim::SGD>(std::vector{w}); }));
  CHECK(refused([](const Tensor& w) { return std::make_unique<optim::Adam>(std::vector{w}); }));
  CHECK(refused([](const Tensor& w) {
    return std::make_unique<optim::SGD>(std::vector{w}, optim::SGDOptions{.momentum = 0.9});
  }));
}

TEST_CASE("nothing is added anywhere when a backward() is refused") {
  const Tensor first = trainable(1), w = trainable(3), x = trainable(2);
  const Tensor y = square(w * x) + first;  // `first` would be served before the fault is met
  w.mutable_values()[0] = 4;
  CHECK_FALSE(refusal(y).empty());
  CHECK_FALSE((first.has_grad() || w.has_grad() || x.has_grad()));
}

TEST_CASE("a hook that changes what an earlier operation saved is noticed") {
  const Tensor w = trainable(3), x = trainable(2), product = w * x;
  product.on_gradient([&](const Tensor&) { w.mutable_values()[0] = 4; });
  CHECK(mentions(refusal(2 * product), "a", "mul"));
}

TEST_CASE("batch normalisation's running values are not saved: two passes, then backward") {
  const Tensor x = Tensor::from({2, 1, 1, 2}, {1, 2, 3, 5}).requires_grad(true);
  const Tensor weight = Tensor::full({1}, 2).requires_grad(true), bias = Tensor::zeros({1});
  const Tensor mean = Tensor::zeros({1}), var = Tensor::full({1}, 1);
  const auto pass = [&](bool training) {
    return sum(square(batch_norm2d(x, weight, bias, mean, var, {.training = training})));
  };
  for (const bool training : {true, false}) {
    const Tensor y = pass(training);
    pass(true);  // moves the running values
    CHECK(refusal(y).empty());
  }
  const Tensor y = pass(false);
  weight.mutable_values()[0] = 1;
  CHECK(mentions(refusal(y), "weight", "batch_norm2d"));
}

TEST_CASE("a buffer that comes back from the pool is no buffer that was changed") {
  const Tensor x = trainable(2);
  for (int i = 0; i < 3; ++i) {
    x.zero_grad();
    const Tensor y = square(square(x) + 1);
    y.backward();
    CHECK(x.grad().item() == 2 * 5 * 2 * 2);
  }
}
