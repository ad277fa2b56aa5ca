#include <doctest/doctest.h>

#include "autograd/storage_pool.hpp"
#include "nn/activations.hpp"
#include "nn/conv2d.hpp"
#include "nn/io/description.hpp"
#include "nn/io/weights.hpp"
#include "run_program.hpp"
#include "tensors.hpp"

using namespace glass;
using testing::numbers;

namespace {

/// What a student writes: two convolutions, dropout between them, and a skip.
class Residual final : public nn::Module {
 public:
  explicit Residual(Rng& rng)
      : conv1({.in_channels = 2, .out_channels = 2, .kernel_size = 3, .padding = 1}, rng),
        drop({.p = 0.5}, rng),
        conv2({.in_channels = 2, .out_channels = 2, .kernel_size = 3, .padding = 1}, rng) {}
  Tensor forward(const Tensor& x) override { return x + conv2(drop(relu(conv1(x)))); }
  std::vector<nn::Child> children() override {
    return {{"conv1", &conv1}, {"drop", &drop}, {"conv2", &conv2}};
  }

  nn::Conv2d conv1;
  nn::Dropout drop;
  nn::Conv2d conv2;
};

nn::Sequential residual_net(std::uint64_t seed) {
  Rng rng(seed);
  nn::Sequential layers;
  layers.add(Residual(rng)).add(nn::ReLU()).add(Residual(rng), "second");
  return layers;
}

Tensor image() {
  Rng rng(3);
  return Tensor::randn({1, 2, 4, 4}, rng);
}

}  // namespace

TEST_CASE("module tree: keys say the way to a tensor, in order") {
  std::string keys;
  for (const nn::NamedTensor& entry : residual_net(1).parameters()) keys += entry.name + ' ';
  CHECK(keys ==
        "0.conv1.weight 0.conv1.bias 0.conv2.weight 0.conv2.bias second.conv1.weight "
        "second.conv1.bias second.conv2.weight second.conv2.bias ");
}

TEST_CASE("module tree: modes reach the innermost module") {
  nn::Sequential layers = residual_net(1);
  CHECK(numbers(layers(image())) != numbers(layers(image())));  // dropout is awake
  layers.eval();
  CHECK_FALSE(dynamic_cast<Residual&>(layers.layer(2)).drop.training());
  CHECK(numbers(layers(image())) == numbers(layers(image())));
  layers.train();
  CHECK(dynamic_cast<Residual&>(layers.layer(2)).drop.training());
}

TEST_CASE("module tree: a block is frozen and trained as any layer, and passes the gradient on") {
  nn::Sequential layers = residual_net(1);
  layers.requires_grad(false);
  const Tensor x = image().requires_grad(true);
  sum(layers(x)).backward();
  CHECK(x.has_grad());
  for (const Tensor& weight : nn::tensors(layers.parameters())) CHECK_FALSE(weight.has_grad());
  layers.layer(0).requires_grad(true);
  sum(layers(x)).backward();
  CHECK(layers.layer(0).parameters()[0].tensor.has_grad());
  CHECK_FALSE(layers.layer(2).parameters()[0].tensor.has_grad());
}

TEST_CASE("module tree: initial values are drawn anew, one child after the other") {
  nn::Sequential layers = residual_net(1);
  const std::vector<real> before = numbers(layers);
  Rng one(7), two(7);
  layers.reset_parameters(one);
  CHECK(numbers(layers) != before);
  nn::Sequential again = residual_net(2);
  again.reset_parameters(two);
  CHECK(numbers(again) == numbers(layers));
}

TEST_CASE("module tree: a network with a student's blocks is saved and loaded") {
  const TemporaryFolder folder;
  for (const char* name : {"net.safetensors", "net.json"}) {
    const nn::Sequential saved = residual_net(1);
    nn::Sequential loaded = residual_net(2);
    CHECK(numbers(saved) != numbers(loaded));
    nn::save_weights(saved, folder / name);
    nn::load_weights(loaded, folder / name);
    CHECK(numbers(saved) == numbers(loaded));
  }
}

TEST_CASE("module tree: hooks see each module that is called, until they are cleared") {
  nn::Sequential layers = residual_net(1);
  auto& block = dynamic_cast<Residual&>(layers.layer(0));
  int inner = 0, outer = 0, all = 0;
  block.conv2.on_forward([&](const Tensor& y) { inner += y.shape() == Shape{1, 2, 4, 4}; });
  layers.on_forward("0", [&](const Tensor&) { ++outer; });
  layers.on_forward([&](const Tensor&) { ++all; });
  layers(image());
  CHECK(inner + outer + all == 3);
  layers.clear_hooks();
  layers(image());
  CHECK(inner + outer + all == 3);
}

TEST_CASE("a described network takes no memory before it gets values, and batch norm begins at 1") {
  const std::string layer = R"({"type": "BatchNorm2d", "num_features": 100000}, )";
  std::string layers;
  for (int i = 0; i < 300; ++i) layers += layer;
  const std::string json = R"({"name": "wide", "input": {"shape": [100000, 1, 1]}, "layers": [)" +
                           layers + R"({"type": "Flatten"}]})";
  const std::size_t before = storage_statistics().system_allocations;
  const nn::Model model = nn::parse_description(json, "m", 0, nn::InitialValues::none);
  CHECK(storage_statistics().system_allocations == before);
  CHECK(model.parameters()[0].tensor.data()[99'999] == 1);
  CHECK(model.parameters()[1].tensor.data()[99'999] == 0);
  CHECK(model.buffers()[1].tensor.data()[99'999] == 1);
  CHECK(storage_statistics().system_allocations == before + 3);
}
