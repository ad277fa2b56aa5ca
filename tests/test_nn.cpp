#include <doctest/doctest.h>

#include <cmath>
#include <numeric>

#include "autograd/node.hpp"
#include "nn/init.hpp"
#include "nn/layers.hpp"
#include "nn/model.hpp"

using namespace glass;

namespace {

/// One of every layer type, and the shapes to try it on.
struct LayerCase {
  std::unique_ptr<nn::Layer> layer;
  std::vector<Shape> shapes;
  std::size_t inputs = 1;  ///< of each shape
};

template <class Layer>
std::unique_ptr<nn::Layer> made(Layer layer) {
  return std::make_unique<Layer>(std::move(layer));
}

std::vector<LayerCase> layer_cases() {
  Rng rng(1);
  const std::vector<Shape> images{{1, 3, 5, 5}, {2, 3, 7, 4}, {3, 3, 6, 11}};
  const std::vector<Shape> rows{{1, 6}, {4, 6}};
  std::vector<LayerCase> cases;
  const auto add = [&](auto layer, const std::vector<Shape>& shapes, std::size_t inputs = 1) {
    cases.push_back({made(std::move(layer)), shapes, inputs});
  };
  add(nn::Conv2d({.in_channels = 3, .out_channels = 4, .kernel_size = 3, .padding = 1}, rng),
      images);
  add(nn::Conv2d({.in_channels = 3,
                  .out_channels = 2,
                  .kernel_size = {2, 3},
                  .stride = {3, 2},
                  .padding = {0, 4},
                  .bias = false},
                 rng),
      images);
  add(nn::Conv2d({.in_channels = 3,
                  .out_channels = 6,
                  .kernel_size = {2, 3},
                  .padding = nn::same_padding,
                  .dilation = {1, 2},
                  .groups = 3},
                 rng),
      images);
  add(nn::Linear({.in_features = 6, .out_features = 5}, rng), rows);
  add(nn::Linear({.in_features = 6, .out_features = 5, .bias = false}, rng), rows);
  add(nn::BatchNorm2d({.num_features = 3}), images);
  add(nn::BatchNorm1d({.num_features = 6}), {{4, 6}, {2, 6}});
  add(nn::GroupNorm({.num_groups = 3, .num_channels = 3}), images);
  add(nn::LayerNorm({.normalized_shape = {6}}), rows);
  add(nn::LayerNorm({.normalized_shape = {3, 5, 5}, .elementwise_affine = false}), {{2, 3, 5, 5}});
  add(nn::LocalResponseNorm({.size = 2}), images);
  add(nn::ReLU(), images);
  add(nn::ReLU6(), images);
  add(nn::SiLU(), images);
  add(nn::GELU(), rows);
  add(nn::GELU({.approximate = "tanh"}), rows);
  add(nn::Hardsigmoid(), images);
  add(nn::Hardswish(), images);
  add(nn::Identity(), images);
  add(nn::LeakyReLU({.negative_slope = 0.2}), rows);
  add(nn::PReLU(), rows);
  add(nn::PReLU({.num_parameters = 3}), images);
  add(nn::ELU(), images);
  add(nn::Tanh(), rows);
  add(nn::Sigmoid(), images);
  add(nn::MaxPool2d({.kernel_size = 2}), images);
  add(nn::MaxPool2d({.kernel_size = 3, .stride = 2, .padding = 1}), images);
  add(nn::AvgPool2d({.kernel_size = {2, 3}, .stride = {1, 2}}), images);
  add(nn::MaxPool2d({.kernel_size = 2, .dilation = 2, .ceil_mode = true}), images);
  add(nn::AvgPool2d({.kernel_size = 3, .stride = 2, .padding = 1, .ceil_mode = true}), images);
  add(nn::AvgPool2d({.kernel_size = 2, .padding = 1, .count_include_pad = false}), images);
  add(nn::AdaptiveAvgPool2d(), images);
  add(nn::AdaptiveAvgPool2d({.output_size = {2, 3}}), images);
  add(nn::AdaptiveMaxPool2d({.output_size = 7}), images);
  add(nn::ZeroPad2d({.padding = {1, 0, 2, 3}}), images);
  add(nn::Dropout({.p = 0.3}, rng), images);
  add(nn::Dropout2d({.p = 0.3}, rng), images);
  add(nn::Flatten(), images);
  add(nn::Softmax(), rows);
  add(nn::LogSoftmax(), rows);
  add(nn::Add(), images, 2);
  add(nn::Multiply(), rows, 3);
  add(nn::Concat(), images, 3);
  return cases;
}

nn::Sequential small_net(std::uint64_t seed = 3) {
  Rng rng(seed);
  nn::Sequential net;
  net.add(nn::Conv2d({.in_channels = 1, .out_channels = 2, .kernel_size = 3}, rng))
      .add(nn::BatchNorm2d({.num_features = 2}))
      .add(nn::ReLU())
      .add(nn::Conv2d({.in_channels = 2, .out_channels = 3, .kernel_size = 2}, rng), "middle")
      .add(nn::ReLU())
      .add(nn::Dropout({.p = 0.5}, rng))
      .add(nn::Flatten())
      .add(nn::Linear({.in_features = 12, .out_features = 4}, rng), "head");
  return net;
}

bool same(const Tensor& a, const Tensor& b) {
  return std::equal(a.values().begin(), a.values().end(), b.values().begin(), b.values().end());
}

}  // namespace

TEST_CASE("every layer gives the shape that it announces") {
  std::vector<std::string> covered;
  for (const LayerCase& one : layer_cases()) {
    CAPTURE(nn::call_text(*one.layer));
    covered.push_back(one.layer->type());
    for (const Shape& shape : one.shapes) {
      Rng rng(2);
      const std::vector inputs(one.inputs, Tensor::randn(shape, rng));
      CHECK(one.layer->merge(inputs).shape() ==
            one.layer->merged_shape(std::vector(one.inputs, shape)));
    }
  }
  for (const nn::LayerType& type : nn::layer_types()) {
    CAPTURE(type.name);
    CHECK(std::find(covered.begin(), covered.end(), type.name) != covered.end());
  }
}

TEST_CASE("a layer that announces an error throws one") {
  for (const LayerCase& one : layer_cases()) {
    CAPTURE(one.layer->type());
    for (const Shape& shape : {Shape{}, Shape{2, 1}, Shape{1, 5, 1, 1}}) {
      bool announced = false, thrown = false;
      try {
        one.layer->merged_shape(std::vector(one.inputs, shape));
      } catch (const ShapeError&) {
        announced = true;
      }
      try {
        one.layer->merge(std::vector(one.inputs, Tensor::zeros(shape)));
      } catch (const ShapeError&) {
        thrown = true;
      }
      CAPTURE(shape);
      CHECK(announced == thrown);
    }
  }
}

TEST_CASE("layers refuse impossible arguments") {
  Rng rng;
  CHECK_THROWS_WITH_AS(nn::Conv2d({.in_channels = 1, .out_channels = 1, .kernel_size = 0}, rng),
                       "Conv2d: kernel must be positive, got 0x0", ShapeError);
  CHECK_THROWS_WITH_AS(
      nn::Conv2d({.in_channels = 4, .out_channels = 6, .kernel_size = 1, .groups = 4}, rng),
      "Conv2d: groups must divide in_channels 4 and out_channels 6, got 4", ShapeError);
  CHECK_THROWS_WITH_AS(nn::Conv2d({.in_channels = 1,
                                   .out_channels = 1,
                                   .kernel_size = 3,
                                   .stride = 2,
                                   .padding = nn::same_padding},
                                  rng),
                       "Conv2d: padding 'same' needs stride 1, got 2x2", ShapeError);
  CHECK_THROWS_AS(nn::Conv2d({.out_channels = 1, .kernel_size = 1}, rng), ShapeError);
  CHECK_THROWS_AS(nn::Linear({.in_features = 3}, rng), ShapeError);
  CHECK_THROWS_AS(nn::MaxPool2d({.kernel_size = 2, .stride = {0, 1}}), ShapeError);
  CHECK_THROWS_AS(nn::Dropout({.p = 1}, rng), ShapeError);
  CHECK_THROWS_AS(nn::BatchNorm2d({.num_features = 1, .eps = 0}), ShapeError);
  CHECK_THROWS_WITH_AS(nn::BatchNorm1d({.num_features = 0}),
                       "BatchNorm1d: num_features must be positive, got 0", ShapeError);
  CHECK_THROWS_WITH_AS(nn::GroupNorm({.num_groups = 2, .num_channels = 3}),
                       "GroupNorm: num_groups must divide num_channels, got 2 and 3", ShapeError);
  CHECK_THROWS_WITH_AS(
      nn::LayerNorm({.normalized_shape = {3, 0}}),
      "LayerNorm: normalized_shape must be one to three positive sizes, got (3, 0)", ShapeError);
  CHECK_THROWS_AS(nn::LocalResponseNorm({.size = 0}), ShapeError);
  CHECK_THROWS_WITH_AS(nn::PReLU({.num_parameters = 0}),
                       "PReLU: num_parameters must be positive, got 0", ShapeError);
  CHECK_THROWS_WITH_AS(nn::PReLU({.num_parameters = 2}).output_shape({1, 3, 4, 4}),
                       "PReLU: expected an input [N,2,..], got [1,3,4,4]", ShapeError);
  CHECK_THROWS_AS(nn::AdaptiveAvgPool2d({.output_size = {1, 0}}), ShapeError);
  CHECK_THROWS_WITH_AS(nn::GELU({.approximate = "erf"}),
                       "GELU: approximate must be 'none' or 'tanh', got 'erf'", ShapeError);
  CHECK_THROWS_WITH_AS(nn::ZeroPad2d({.padding = {1, 2}}), doctest::Contains("got (1, 2)"),
                       ShapeError);
  CHECK_THROWS_AS(nn::Softmax({.dim = 0}), ShapeError);
}

TEST_CASE("a layer prints as Python would construct it") {
  Rng rng;
  const nn::Conv2d conv(
      {.in_channels = 1, .out_channels = 16, .kernel_size = {3, 5}, .padding = 1, .bias = false},
      rng);
  CHECK(nn::call_text(conv) == "Conv2d(1, 16, (3, 5), padding=1, bias=False)");
  const nn::LeakyReLU leaky({.negative_slope = 0.2});
  CHECK(nn::call_text(leaky) == "LeakyReLU(negative_slope=0.2)");
  CHECK(nn::call_text(nn::ReLU()) == "ReLU()");
  const nn::Conv2d depthwise({.in_channels = 8,
                              .out_channels = 8,
                              .kernel_size = 3,
                              .padding = nn::same_padding,
                              .groups = 8},
                             rng);
  CHECK(nn::call_text(depthwise) == "Conv2d(8, 8, 3, padding='same', groups=8)");
  CHECK(nn::call_text(nn::LayerNorm({.normalized_shape = {4, 5}})) == "LayerNorm((4, 5))");
  CHECK(nn::call_text(nn::LayerNorm({.normalized_shape = {6}})) == "LayerNorm(6)");
  CHECK(nn::call_text(nn::GELU({.approximate = "tanh"})) == "GELU(approximate='tanh')");
}

TEST_CASE("mode and freezing are two switches") {
  nn::Sequential net = small_net();
  CHECK(net.training());
  CHECK(net.requires_grad());
  net.eval();
  CHECK(net.requires_grad());
  for (Index i = 0; i < net.size(); ++i) CHECK_FALSE(net.layer(i).training());
  net.requires_grad(false);
  net.train();
  CHECK_FALSE(net.requires_grad());
  for (Index i = 0; i < net.size(); ++i) CHECK(net.layer(i).training());
  net.requires_grad(true);
  for (const Tensor& t : nn::tensors(net.parameters())) CHECK(t.requires_grad());
  for (const Tensor& t : nn::tensors(net.buffers())) CHECK_FALSE(t.requires_grad());
}

TEST_CASE("a frozen network passes the gradient to the image and keeps none") {
  nn::Sequential net = small_net();
  net.eval();
  net.requires_grad(false);
  Rng rng(5);
  Tensor image = Tensor::randn({1, 1, 5, 5}, rng);
  CHECK_THROWS_AS(sum(net(image)).backward(), GraphError);

  image.requires_grad(true);
  sum(net(image)).backward();
  CHECK(image.has_grad());
  for (const Tensor& t : nn::tensors(net.parameters())) CHECK_FALSE(t.has_grad());

  net.requires_grad(true);
  image.requires_grad(false);
  image.zero_grad();
  sum(net(image)).backward();
  CHECK_FALSE(image.has_grad());
  for (const Tensor& t : nn::tensors(net.parameters())) CHECK(t.has_grad());
}

TEST_CASE("only training moves the running values, frozen or not") {
  nn::BatchNorm2d norm({.num_features = 2});
  Rng rng(1);
  const Tensor x = Tensor::randn({4, 2, 3, 3}, rng, 2, 5), before = norm.running_mean.clone();
  norm.eval();
  norm(x);
  CHECK(same(norm.running_mean, before));
  norm.train();
  norm.requires_grad(false);
  norm(x);
  CHECK_FALSE(same(norm.running_mean, before));
}

TEST_CASE("a batch norm of features needs more than one image in training, as one of pixels may") {
  nn::Model model;
  model.input_shape = {1, 2, 2};
  model.layers.add(nn::BatchNorm2d({.num_features = 1}))
      .add(nn::Flatten())
      .add(nn::BatchNorm1d({.num_features = 4}));
  CHECK_THROWS_WITH_AS(model.check_batch(1),
                       doctest::Contains("cannot be trained on one image at a time"), Error);
  CHECK_NOTHROW(model.check_batch(2));
  CHECK(model.layers(Tensor::full({2, 1, 2, 2}, 1)).shape() == Shape{2, 4});
}

TEST_CASE("dropout repeats itself from its seed and sleeps in evaluation") {
  const Tensor x = Tensor::full({1, 100}, 1);
  Rng one(4), two(4);
  nn::Dropout a({.p = 0.25}, one), b({.p = 0.25}, two);
  const Tensor first = a(x);
  CHECK(same(first, b(x)));
  CHECK_FALSE(same(first, a(x)));
  CHECK_FALSE(same(first, x));
  a.eval();
  CHECK(same(a(x), x));
}

TEST_CASE("dropout in two dimensions drops whole channels, and keeps the others' mean") {
  Rng rng(4);
  nn::Dropout2d layer({.p = 0.25}, rng);
  const Tensor y = layer(Tensor::full({20, 10, 2, 3}, 3));
  Index dropped = 0;
  for (Index plane = 0; plane < 200; ++plane) {
    const real first = y.data()[6 * plane];
    for (Index i = 0; i < 6; ++i) CHECK(y.data()[6 * plane + i] == first);
    CHECK((first == 0 || first == real(4)));
    dropped += first == 0;
  }
  CHECK(dropped > 30);
  CHECK(dropped < 70);
  layer.eval();
  CHECK(layer(y).data() == y.data());
}

TEST_CASE("groups divide what an output of a convolution sums, and so widen its first weights") {
  Rng rng(4);
  const nn::Conv2d whole({.in_channels = 64, .out_channels = 64, .kernel_size = 3}, rng);
  const nn::Conv2d grouped({.in_channels = 64, .out_channels = 64, .kernel_size = 3, .groups = 64},
                           rng);
  CHECK(grouped.weight.shape() == Shape{64, 1, 3, 3});
  const auto largest = [](const Tensor& x) {
    return double(*std::max_element(x.data(), x.data() + x.size()));
  };
  CHECK(largest(whole.weight) == doctest::Approx(1 / std::sqrt(64 * 9.0)).epsilon(0.02));
  CHECK(largest(grouped.weight) == doctest::Approx(1 / std::sqrt(9.0)).epsilon(0.02));
}

TEST_CASE("windows of equal size that tile the image are an ordinary pooling") {
  const Tensor x = Tensor::zeros({1, 2, 6, 8}).requires_grad(true);
  const auto operation = [&](const Tensor& y) { return std::string(y.creator()->name()); };
  CHECK(operation(nn::AdaptiveAvgPool2d({.output_size = {3, 2}})(x)) == "avg_pool2d");
  CHECK(operation(nn::AdaptiveMaxPool2d({.output_size = 1})(x)) == "max_pool2d");
  CHECK(operation(nn::AdaptiveAvgPool2d({.output_size = 5})(x)) == "adaptive_avg_pool2d");
}

TEST_CASE("keys, names, indices and aliases") {
  const nn::Sequential net = small_net();
  std::string keys;
  for (const auto& list : {net.parameters(), net.buffers()}) {
    for (const nn::NamedTensor& entry : list) keys += entry.name + ' ';
  }
  CHECK(keys ==
        "0.weight 0.bias 1.weight 1.bias middle.weight middle.bias head.weight head.bias "
        "1.running_mean 1.running_var ");
  CHECK(net.find("0") == 0);
  CHECK(net.find("conv1") == 0);
  CHECK(net.find("batchnorm1") == 1);
  CHECK(net.find("conv2") == 3);
  CHECK(net.find("middle") == 3);
  CHECK(net.find("relu2") == 4);
  CHECK(net.find("7") == 7);
  CHECK(net.find("linear1") == 7);
  for (const char* wrong : {"8", "conv3", "conv0", "", "07", "-1"}) {
    CAPTURE(wrong);
    CHECK_THROWS_WITH_AS(net.find(wrong), doctest::Contains("there are 0 (conv1), 1 (batchnorm1)"),
                         Error);
  }
}

TEST_CASE("a name goes before an alias, and must be free, no number, without full stop") {
  nn::Sequential net;
  net.add(nn::ReLU()).add(nn::Tanh(), "relu1");
  CHECK(net.find("relu1") == 1);
  CHECK_THROWS_AS(net.add(nn::ReLU(), "relu1"), Error);
  CHECK_THROWS_AS(net.add(nn::ReLU(), "12"), Error);
  CHECK_THROWS_AS(net.add(nn::ReLU(), "a.b"), Error);
  CHECK(net.size() == 2);
}

TEST_CASE("forward_to stops after a layer, behind the model's normalisation") {
  nn::Model model;
  model.input_shape = {1, 5, 5};
  model.mean = {0.25};
  model.std = {0.5};
  model.layers = small_net();
  model.eval();
  Rng rng(8);
  const Tensor x = Tensor::uniform({2, 1, 5, 5}, rng);
  Tensor y = (x - 0.25) / 0.5;
  for (Index i = 0; i < model.layers.size(); ++i) {
    y = model.layers.layer(i).forward(y);
    const Tensor z = model.forward_to(model.layers.alias(i), x);
    REQUIRE(z.shape() == y.shape());
    for (Index k = 0; k < y.size(); ++k) CHECK(z.data()[k] == doctest::Approx(y.data()[k]));
  }
  CHECK(same(model.forward_to("head", x), model(x)));
}

TEST_CASE("errors inside a network name the layer") {
  nn::Sequential net = small_net();
  const auto at_head = doctest::Contains("layer head (Linear): ");
  CHECK_THROWS_WITH_AS(net.output_shape({1, 1, 6, 6}), at_head, ShapeError);
  CHECK_THROWS_WITH_AS(net(Tensor::zeros({1, 1, 6, 6})), at_head, ShapeError);
}

TEST_CASE("footprints compose to receptive fields") {
  Rng rng;
  nn::Sequential net;
  const auto conv = [&](Index size, Index stride) {
    return nn::Conv2d({.in_channels = 1, .out_channels = 1, .kernel_size = size, .stride = stride},
                      rng);
  };
  net.add(conv(3, 1)).add(nn::MaxPool2d({.kernel_size = 2})).add(nn::ReLU()).add(conv(3, 2));
  const nn::Footprint field = nn::footprint(net, {1, 1, 28, 28});
  CHECK(field.size == Size2(8));  // 3, then + 1 * 1, then + 2 * 2
  CHECK(field.stride == Size2(4));
  const nn::Conv2d dilated(
      {.in_channels = 1, .out_channels = 1, .kernel_size = {3, 1}, .dilation = 2}, rng);
  CHECK(nn::footprint(dilated, {1, 1, 28, 28}).size == Size2(5, 1));
  const Shape image{1, 1, 14, 15};
  CHECK(nn::footprint(nn::AdaptiveAvgPool2d({.output_size = 7}), image).size == Size2(2, 4));
  CHECK(nn::footprint(nn::AdaptiveAvgPool2d({.output_size = 7}), image).stride == Size2(2));
}

TEST_CASE("initial weights have the spread that their authors derived") {
  Rng rng(6);
  const Tensor w = Tensor::empty({64, 32, 3, 3});
  const auto variance = [&] {
    const double n = static_cast<double>(w.size());
    const double mean = std::accumulate(w.values().begin(), w.values().end(), 0.0) / n;
    double sum = 0;
    for (const real value : w.values()) sum += (value - mean) * (value - mean);
    return sum / n;
  };
  const double in = 32 * 9, out = 64 * 9;
  const auto close = [](double value) { return doctest::Approx(value).epsilon(0.05); };
  nn::kaiming_normal(w, rng);
  CHECK(variance() == close(2 / in));
  nn::kaiming_uniform(w, rng, 1);
  CHECK(variance() == close(1 / in));
  nn::xavier_normal(w, rng);
  CHECK(variance() == close(2 / (in + out)));
  nn::xavier_uniform(w, rng);
  CHECK(variance() == close(2 / (in + out)));
  nn::default_init(w, {}, rng);
  CHECK(variance() == close(1 / (3 * in)));
  CHECK_THROWS_AS(nn::kaiming_normal(Tensor::zeros({3}), rng), ShapeError);
}
