#include <doctest/doctest.h>

#include <fstream>

#include "autograd/node.hpp"
#include "autograd/ops.hpp"
#include "autograd/statistics.hpp"
#include "autograd/trace.hpp"
#include "nn/conv2d.hpp"
#include "nn/layers.hpp"
#include "nn/sequential.hpp"

using namespace glass;
using Role = Trace::Role;
using Gradient = Trace::Gradient;

namespace {

nn::Sequential traced_net() {
  Rng rng(1);
  nn::Sequential net;
  net.add(nn::Conv2d({.in_channels = 1, .out_channels = 3, .kernel_size = 3}, rng))
      .add(nn::ReLU())
      .add(nn::Flatten())
      .add(nn::Linear({.in_features = 48, .out_features = 4}, rng), "head");
  return net;
}

Tensor traced_image() {
  Rng rng(2);
  return Tensor::randn({1, 1, 6, 6}, rng);
}

const Trace::Entry& find(const Trace& trace, const std::string& layer, const std::string& what) {
  for (const Trace::Entry& entry : trace.entries()) {
    if (entry.layer == layer && (entry.is_leaf() ? entry.name : entry.op) == what) return entry;
  }
  throw std::logic_error("no " + what + " of " + layer);
}

std::vector<std::string> operations(const Trace& trace) {
  std::vector<std::string> ops;
  for (const Trace::Entry& entry : trace.entries()) {
    if (!entry.is_leaf()) ops.push_back(entry.op);
  }
  return ops;
}

}  // namespace

TEST_CASE("a tape of training: every weight gets a gradient, the image gets none") {
  nn::Sequential net = traced_net();
  Trace trace;
  cross_entropy(net(traced_image()), {1}).backward();

  CHECK(operations(trace) ==
        std::vector<std::string>{"conv2d", "relu", "reshape", "linear", "cross_entropy"});
  const Trace::Entry& image = trace.entries().front();
  CHECK(image.role == Role::data);
  CHECK(image.gradient == Gradient::skipped);
  CHECK(image.reason == "data, not trainable");
  CHECK_FALSE(image.grad);
  for (const Trace::Entry& entry : trace.entries()) {
    if (entry.role != Role::weight) continue;
    CHECK(entry.trainable);
    CHECK(entry.gradient == Gradient::computed);
  }
  for (const auto& [key, weight] : net.parameters()) {
    const std::string layer = key.starts_with("0") ? "conv1" : "linear1";
    const Trace::Entry& entry = find(trace, layer, key.substr(key.find('.') + 1));
    CHECK(statistics(entry.grad).l2 == doctest::Approx(statistics(weight.grad()).l2));
    CHECK(statistics(entry.grad).l2 > 0);
  }
}

TEST_CASE("a tape of maximisation: the same operations, and only the image gets a gradient") {
  nn::Sequential net = traced_net();
  net.requires_grad(false);
  Tensor image = traced_image().requires_grad(true);
  Trace trace;
  at(net(image), {0, 2}).backward();

  CHECK(operations(trace) == std::vector<std::string>{"conv2d", "relu", "reshape", "linear", "at"});
  const Trace::Entry& first = trace.entries().front();
  CHECK(first.role == Role::image);
  CHECK(first.name == "image");
  CHECK(first.gradient == Gradient::computed);
  CHECK(statistics(first.grad).l2 == doctest::Approx(statistics(image.grad()).l2));
  for (const Trace::Entry& entry : trace.entries()) {
    if (entry.role == Role::weight) {
      CHECK(entry.gradient == Gradient::skipped);
      CHECK(entry.reason == "weight frozen");
    } else {
      CHECK(entry.gradient == Gradient::computed);
    }
  }
}

TEST_CASE("a tape remembers who read what, what was kept, and the line that ran") {
  nn::Sequential net = traced_net();
  net.requires_grad(false);
  Tensor image = traced_image().requires_grad(true);
  Trace trace;
  at(net(image), {0, 2}).backward();

  const Trace::Entry& conv = find(trace, "conv1", "conv2d");
  REQUIRE(conv.inputs.size() == 3);
  CHECK(trace.entries()[conv.inputs[0].entry].name == "image");
  CHECK(conv.inputs[0].sent);
  CHECK(conv.inputs[0].grad_l2 == doctest::Approx(statistics(image.grad()).l2));
  CHECK(trace.entries()[conv.inputs[1].entry].name == "weight");
  CHECK_FALSE(conv.inputs[1].sent);
  REQUIRE(conv.kept.size() == 1);  // x is kept for the gradient of the weights only
  CHECK(conv.kept[0].name == "w");
  CHECK(conv.kept_bytes() == 27 * sizeof(real));
  CHECK(conv.forward_seconds > 0);
  CHECK(conv.backward_seconds > 0);

  CHECK(std::string(conv.source.file) == "autograd/ops/conv2d.cpp");
  std::ifstream code(std::string(GLASS_SOURCE_DIR) + '/' + conv.source.file);
  std::string line;
  for (int i = 0; i < conv.source.line; ++i) std::getline(code, line);
  CHECK(line.find("record<Conv2dNode>") != line.npos);
}

TEST_CASE("a tensor that is read twice: each reader sends a summand") {
  Tensor x = Tensor::scalar(3).requires_grad(true);
  Trace trace;
  (x * x).backward();
  REQUIRE(trace.entries().size() == 2);
  const Trace::Entry& product = trace.entries()[1];
  REQUIRE(product.inputs.size() == 2);
  CHECK(product.inputs[0].grad_l2 == 3);
  CHECK(product.inputs[1].grad_l2 == 3);
  CHECK(trace.entries()[0].grad.item() == 6);
}

TEST_CASE("a tape says what the loss does not depend on, and what NoGrad left out") {
  Tensor x = Tensor::scalar(3).requires_grad(true);
  Trace trace;
  const Tensor unused = square(x), loss = 2 * x;
  {
    const NoGrad no_grad;
    square(loss);
  }
  CHECK(trace.entries()[1].gradient == Gradient::none);
  CHECK(trace.entries()[1].reason.empty());
  CHECK(trace.entries()[3].reason == "computed under NoGrad");
  loss.backward();
  CHECK(trace.entries()[1].gradient == Gradient::none);
  CHECK(trace.entries()[1].reason == "the loss does not depend on it");
  CHECK(trace.entries()[2].gradient == Gradient::computed);
}

TEST_CASE("a tape shows values as they were, whatever the optimiser does afterwards") {
  Tensor x = Tensor::scalar(3).requires_grad(true);
  Trace trace;
  square(x).backward();
  x.mutable_data()[0] = 7;
  CHECK(trace.entries()[0].value.item() == 3);
}

TEST_CASE("tapes record while they live, the innermost alone") {
  const std::size_t before = live_tensors();
  {
    CHECK(Observer::current == nullptr);
    Trace outer;
    const Tensor x = Tensor::scalar(1);
    {
      Trace inner;
      square(x);
      CHECK(inner.entries().size() == 2);
    }
    CHECK(outer.entries().empty());
    square(x);
    outer.stop();
    square(x);
    CHECK(outer.entries().size() == 2);
    CHECK(Observer::current == nullptr);
  }
  CHECK(live_tensors() == before);
}

TEST_CASE("a listing has a line for each entry and marks what is locked") {
  nn::Sequential net = traced_net();
  net.requires_grad(false);
  Tensor image = traced_image().requires_grad(true);
  Trace trace;
  at(net(image), {0, 2}).backward();
  const std::string plain = listing(trace), coloured = listing(trace, {.colour = true});
  CHECK(std::ranges::count(plain, '\n') == static_cast<long>(trace.entries().size()) + 1);
  CHECK(plain.find("locked") != plain.npos);
  CHECK(plain.find("skipped: weight frozen") != plain.npos);
  CHECK(plain.find('\x1b') == plain.npos);
  CHECK(coloured.find("\x1b[90m") != coloured.npos);
}

TEST_CASE("statistics count what is not finite apart") {
  const double infinity = std::numeric_limits<double>::infinity();
  const Statistics s = statistics(Tensor::from({5}, {-3, 0, 4, infinity, std::nan("")}));
  CHECK(s.min == -3);
  CHECK(s.max == 4);
  CHECK(s.l2 == 5);
  CHECK(s.zeros == doctest::Approx(0.2));
  CHECK(s.not_finite == 2);
  CHECK(statistics(Tensor::zeros({0})).l2 == 0);
}

TEST_CASE("on_gradient sees complete gradients, and what it changes flows on") {
  Tensor x = Tensor::from({2}, {1, -2}).requires_grad(true);
  const Tensor y = square(x);
  int calls = 0;
  y.on_gradient([&](const Tensor& dy) {
    ++calls;
    CHECK(dy.data()[0] == 3);  // from both readers
    dy.mutable_data()[0] = 10;
  });
  x.on_gradient([&](const Tensor& dx) {
    ++calls;
    dx.mutable_data()[1] = 0;
  });
  sum(y + 2 * y).backward();
  CHECK(calls == 2);
  CHECK(x.grad().data()[0] == 20);
  CHECK(x.grad().data()[1] == 0);

  CHECK_THROWS_AS(Tensor::scalar(1).on_gradient([](const Tensor&) {}), GraphError);
}

TEST_CASE("a changed gradient changes no other, though an operation hands out one buffer twice") {
  Tensor a = Tensor::scalar(1).requires_grad(true), b = Tensor::scalar(1).requires_grad(true);
  const Tensor twice_a = 2 * a, twice_b = 2 * b;
  twice_a.on_gradient([](const Tensor& d) { d.mutable_data()[0] = 7; });
  (twice_a + twice_b).backward();
  CHECK(a.grad().item() == 14);
  CHECK(b.grad().item() == 2);
}

TEST_CASE("retain_grad keeps the gradient of an intermediate, and nothing alive") {
  const std::size_t before = live_tensors();
  {
    Tensor x = Tensor::scalar(3).requires_grad(true);
    const Tensor y = square(x);
    y.retain_grad();
    CHECK_FALSE(y.has_grad());
    (5 * y).backward();
    CHECK(y.grad().item() == 5);
    x.retain_grad();
    CHECK(x.grad().item() == 30);
    CHECK_THROWS_AS(Tensor::scalar(1).retain_grad(), GraphError);
  }
  CHECK(live_tensors() == before);
}

TEST_CASE("on_forward shows a layer's output, and only until it is cleared") {
  nn::Sequential net = traced_net();
  Tensor hidden;
  net.on_forward("relu1", [&](const Tensor& y) { (hidden = y).retain_grad(); });
  const Tensor y = net(traced_image());
  CHECK(hidden.shape() == Shape{1, 3, 4, 4});
  sum(y).backward();
  CHECK(hidden.grad().shape() == Shape{1, 3, 4, 4});

  CHECK_THROWS_AS(net.on_forward("relu7", [](const Tensor&) {}), Error);
  net.clear_hooks();
  hidden = {};
  net(traced_image());
  CHECK_FALSE(hidden);
}
