#include <doctest/doctest.h>

#include "autograd/node.hpp"
#include "autograd/storage_pool.hpp"
#include "nn/layers.hpp"
#include "nn/model.hpp"
#include "tensors.hpp"

using namespace glass;
using testing::numbers;

namespace {

nn::Conv2d conv3x3(Index in, Index out, Rng& rng, Index stride = 1) {
  return nn::Conv2d(
      {.in_channels = in, .out_channels = out, .kernel_size = 3, .stride = stride, .padding = 1},
      rng);
}

/// A residual block, a concatenation, and a factor for each channel of it.
nn::Sequential branching_net() {
  Rng rng(3);
  nn::Sequential net;
  net.add(conv3x3(2, 3, rng), "stem")
      .add(nn::ReLU())
      .add(conv3x3(3, 3, rng))
      .add(nn::Add(), "sum", {"conv2", "relu1"})
      .add(conv3x3(2, 1, rng), "side", {"input"})
      .add(nn::Concat(), "", {"sum", "side", "1"})
      .add(nn::AdaptiveAvgPool2d())
      .add(nn::Sigmoid())
      .add(nn::Multiply(), "", {"concat1", "sigmoid1"});
  return net;
}

Tensor image(Index count = 2) {
  Rng rng(5);
  return Tensor::randn({count, 2, 6, 6}, rng);
}

/// The same network as one writes it down.
Tensor by_hand(const nn::Sequential& net, const Tensor& x) {
  const Tensor a = relu(net.layer(0)(x));
  const Tensor b = net.layer(2)(a) + a;
  const Tensor c = cat({b, net.layer(4)(x), a}, 1);
  return c * sigmoid(global_avg_pool2d(c));
}

/// One ShapeError's words.
std::string refusal(const nn::Sequential& net, const Shape& shape) {
  std::string announced, thrown;
  try {
    net.output_shapes(shape);
  } catch (const ShapeError& error) {
    announced = error.what();
  }
  try {
    net.forward_to(net.size() - 1, Tensor::zeros(shape));
  } catch (const ShapeError& error) {
    thrown = error.what();
  }
  CHECK(announced == thrown);
  return announced;
}

}  // namespace

TEST_CASE("branches: a list of layers computes what one writes by hand, and so do its gradients") {
  const nn::Sequential net = branching_net();
  const Tensor x = image().requires_grad(true), twin = image().requires_grad(true);
  const Tensor y = net.forward_to(net.size() - 1, x), z = by_hand(net, twin);
  CHECK(y.shape() == Shape{2, 7, 6, 6});
  CHECK(numbers(y) == numbers(z));
  sum(square(y)).backward();
  sum(square(z)).backward();
  for (Index i = 0; i < x.size(); ++i) {
    CHECK(x.grad().data()[i] == doctest::Approx(twin.grad().data()[i]));
  }
}

TEST_CASE("branches: what a layer reads is known by its index, the input as -1") {
  const nn::Sequential net = branching_net();
  CHECK(net.inputs(0) == std::vector<Index>{-1});
  CHECK(net.inputs(1) == std::vector<Index>{0});
  CHECK(net.inputs(3) == std::vector<Index>{2, 1});
  CHECK(net.inputs(4) == std::vector<Index>{-1});
  CHECK(net.inputs(5) == std::vector<Index>{3, 4, 1});
  CHECK(net.input_names(5) == std::vector<std::string>{"sum", "side", "1"});
  CHECK(net.input_names(4) == std::vector<std::string>{"input"});
  CHECK(net.input_names(1).empty());
  CHECK(net.alias(3) == "add1");
  CHECK(net.key(3) == "sum");
}

TEST_CASE("branches: what reads the layer before by its name is the same as without inputs") {
  nn::Sequential net;
  net.add(nn::ReLU()).add(nn::Tanh(), "", {"relu1"}).add(nn::ReLU(), "", {"1"});
  for (Index i = 0; i < net.size(); ++i) CHECK(net.input_names(i).empty());
}

TEST_CASE("branches: one layer may be read twice by one") {
  nn::Sequential net;
  net.add(nn::ReLU()).add(nn::Add(), "", {"relu1", "relu1", "input"});
  const Tensor x = Tensor::full({1, 3}, 2).requires_grad(true);
  const Tensor y = net(x);
  CHECK(numbers(y) == std::vector<real>{6, 6, 6});
  sum(y).backward();
  CHECK(numbers(x.grad()) == std::vector<real>{3, 3, 3});
}

TEST_CASE("branches: inputs that are no earlier layer are refused") {
  nn::Sequential net;
  net.add(nn::ReLU(), "act").add(nn::Tanh());
  const auto check = [&](const std::string& input, const std::string& message) {
    CAPTURE(input);
    CHECK_THROWS_WITH_AS(net.add(nn::Add(), "late", {"act", input}), message.c_str(), Error);
    CHECK(net.size() == 2);
  };
  const std::string there_are = "is no earlier layer; there are input, act (relu1), 1 (tanh1)";
  check("relu9", "inputs: 'relu9' " + there_are + "; did you mean relu1?");
  check("inptu", "inputs: 'inptu' " + there_are + "; did you mean input?");
  check("late", "inputs: 'late' " + there_are);
  check("2", "inputs: '2' " + there_are);
  check("", "inputs: '' " + there_are);
  CHECK_THROWS_WITH_AS(net.add(nn::ReLU(), "input"),
                       "layer name 'input' is what the input of the network is called", Error);
}

TEST_CASE("branches: a layer that takes one input, or two, is told apart") {
  nn::Sequential two, one;
  two.add(nn::ReLU()).add(nn::Tanh(), "", {"input", "relu1"});
  CHECK(refusal(two, {1, 4}) ==
        "layer 1 (Tanh): Tanh: takes one input, got 2, from the input and layer 0 (ReLU)");
  one.add(nn::ReLU()).add(nn::Add());
  CHECK(refusal(one, {1, 4}) ==
        "layer 1 (Add): Add: takes two inputs or more, got 1, from layer 0 (ReLU)");
  CHECK_THROWS_AS(nn::Add()(Tensor::zeros({1})), ShapeError);
}

TEST_CASE("branches: what does not fit is told with all that it reads") {
  Rng rng(1);
  const auto merged = [&](auto merging) {
    nn::Sequential net;
    net.add(conv3x3(1, 2, rng, 2), "down").add(std::move(merging), "", {"down", "input"});
    return net;
  };
  const std::string ends = ", got [1,2,4,4] and [1,1,8,8], from layer down (Conv2d) and the input";
  CHECK(refusal(merged(nn::Add()), {1, 1, 8, 8}) ==
        "layer 1 (Add): Add: expected inputs of one shape" + ends);
  CHECK(refusal(merged(nn::Multiply()), {1, 1, 8, 8}) ==
        "layer 1 (Multiply): Multiply: expected inputs of one shape, or some of them [N,C,1,1]" +
            ends);
  CHECK(refusal(merged(nn::Concat()), {1, 1, 8, 8}) ==
        "layer 1 (Concat): Concat: expected inputs [N,C,H,W] or [N,F] that differ in C or F alone" +
            ends);
  CHECK_THROWS_WITH_AS(nn::Concat({.dim = 2}), "Concat: only dim 1 is implemented, got 2",
                       ShapeError);
}

TEST_CASE("branches: forward_to computes what its layer depends on, and hooks see nothing else") {
  nn::Sequential net = branching_net();
  std::string seen;
  for (Index i = 0; i < net.size(); ++i) {
    net.on_forward(net.alias(i), [&, i](const Tensor&) { seen += std::to_string(i); });
  }
  const Tensor x = image();
  const auto computed = [&](const std::string& layer) {
    seen.clear();
    net.forward_to(net.find(layer), x);
    return seen;
  };
  CHECK(computed("side") == "4");
  CHECK(computed("sum") == "0123");
  CHECK(computed("relu1") == "01");
  CHECK(computed("multiply1") == "012345678");
  seen.clear();
  const std::vector<Tensor> all = net.outputs(5, x);
  CHECK(seen == "012345");
  REQUIRE(all.size() == 6);
  for (Index i = 0; i < 6; ++i) {
    CHECK(numbers(all[static_cast<std::size_t>(i)]) == numbers(net.forward_to(i, x)));
  }
  CHECK(numbers(net.forward_to(-1, x)) == numbers(x));
}

TEST_CASE("branches: the announced shapes are those of the outputs") {
  const nn::Sequential net = branching_net();
  const Tensor x = image(3);
  const std::vector<Shape> shapes = net.output_shapes(x.shape());
  const std::vector<Tensor> outputs = net.outputs(net.size() - 1, x);
  REQUIRE(shapes.size() == outputs.size());
  for (std::size_t i = 0; i < shapes.size(); ++i) CHECK(shapes[i] == outputs[i].shape());
  CHECK(net.output_shape(x.shape()) == shapes.back());
  CHECK(nn::Sequential().output_shape({1, 2}) == Shape{1, 2});
}

TEST_CASE("branches: what merges sees the largest of its inputs' windows") {
  const nn::Sequential net = branching_net();
  std::vector<Index> windows;
  for (const nn::Footprint& seen : nn::footprints(net, {1, 2, 6, 6})) {
    CHECK(seen.size.h == seen.size.w);
    windows.push_back(seen.size.h);
  }
  const Index all = nn::whole_image;
  CHECK(windows == std::vector<Index>{3, 3, 5, 5, 3, 5, all, all, all});
  CHECK(nn::footprint(net, {1, 2, 6, 6}).size == Size2(all));
}

TEST_CASE("branches: off the tape an output is let go of when its last reader has run") {
  constexpr Index size = 100'000;
  nn::Sequential net;
  net.add(nn::ReLU()).add(nn::Tanh());
  for (int i = 0; i < 20; ++i) {  // each block reads its own beginning, and the layer after it
    const std::string begin = std::to_string(net.size() - 1);
    net.add(nn::ReLU());
    net.add(nn::Add(), "", {begin, std::to_string(net.size() - 1)});
  }
  const NoGrad no_grad;
  std::size_t most = 0;
  for (Index i = 0; i < net.size(); ++i) {
    net.layer(i).on_forward(
        [&](const Tensor&) { most = std::max(most, storage_statistics().live_bytes); });
  }
  const Tensor x = Tensor::full({1, size}, 1);
  const std::size_t before = storage_statistics().live_bytes;
  net(x);
  CHECK(storage_statistics().live_bytes == before);
  CHECK(most - before <= 3 * size * sizeof(real) + 4096);
}

TEST_CASE("branches: logits are what the last softmax reads, wherever that is") {
  Rng rng(2);
  nn::Model model;
  model.input_shape = {2, 6, 6};
  model.layers.add(nn::Flatten(), "", {"input"})
      .add(nn::Linear({.in_features = 72, .out_features = 4}, rng), "a")
      .add(nn::Linear({.in_features = 72, .out_features = 4}, rng), "b", {"flatten1"})
      .add(nn::Tanh())
      .add(nn::Multiply(), "", {"a", "tanh1"})
      .add(nn::Softmax(), "", {"a"});
  CHECK(model.logits_layer() == 1);
  CHECK(model.class_count() == 4);
  const Tensor x = image();
  CHECK(numbers(model.logits(x)) == numbers(model.forward_to("a", x)));
  CHECK(numbers(model.probabilities(model.logits(x))) == numbers(model(x)));
}

TEST_CASE("branches: one image is too few for a batch normalisation that reads single values") {
  nn::Model model;
  model.name = "m";
  model.input_shape = {2, 4, 4};
  model.layers.add(nn::AdaptiveAvgPool2d())
      .add(nn::BatchNorm2d({.num_features = 2}), "", {"input"})
      .add(nn::Multiply(), "", {"0", "1"});
  CHECK_NOTHROW(model.check_batch(1));
  model.layers.add(nn::BatchNorm2d({.num_features = 2}), "", {"0"});
  CHECK_THROWS_WITH_AS(model.check_batch(1), doctest::Contains("in an input of [1,2,1,1]"), Error);
}
