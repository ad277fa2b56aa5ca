#include <doctest/doctest.h>

#include <cmath>
#include <functional>

#include "expected_tensors.hpp"
#include "nn/io/files.hpp"
#include "nn/io/json_weights.hpp"
#include "nn/io/model_file.hpp"
#include "nn/io/safetensors.hpp"
#include "optim/adam.hpp"
#include "optim/adamw.hpp"
#include "optim/sgd.hpp"

using namespace glass;

namespace {

/// What PyTorch computed, by name.
class Golden {
 public:
  Golden() : stored_(nn::parse_safetensors(nn::read_file(path_), path_)) {}
  Tensor operator[](const std::string& name) const { return to_tensor(stored_.at(name)); }
  Tensor first_image() const {
    const Tensor batch = (*this)["batch"];
    return Tensor::from({1, 3, 16, 12}, {batch.data(), batch.data() + 3 * 16 * 12});
  }
  std::vector<Index> labels() const {
    const auto& values = stored_.at("labels").values;
    return {values.begin(), values.end()};
  }

 private:
  std::string path_ = golden_folder + "small-training.safetensors";
  nn::StoredTensors stored_;
};

using MakeOptimiser = std::function<std::unique_ptr<optim::Optimiser>(std::vector<Tensor>)>;

struct Training {
  const char* name;
  MakeOptimiser make;
};

const Training trainings[] = {
    {"sgd",
     [](auto tensors) {
       return std::make_unique<optim::SGD>(
           tensors, optim::SGDOptions{.lr = 0.01, .momentum = 0.9, .weight_decay = 0.01});
     }},
    {"nesterov",
     [](auto tensors) {
       return std::make_unique<optim::SGD>(
           tensors, optim::SGDOptions{.lr = 0.01, .momentum = 0.9, .nesterov = true});
     }},
    {"adam",
     [](auto tensors) {
       return std::make_unique<optim::Adam>(tensors, optim::AdamOptions{.lr = 0.002});
     }},
    {"adamw", [](auto tensors) {
       return std::make_unique<optim::AdamW>(tensors,
                                             optim::AdamWOptions{.lr = 0.002, .weight_decay = 0.1});
     }}};

/// make_golden.py's `train`, which says why Dropout and one bias rest. -> the losses.
Tensor ten_steps(nn::Model& model, const MakeOptimiser& make, const Golden& golden) {
  model.train();
  model.layers.layer(model.layers.find("dropout1")).eval();
  std::vector<Tensor> trained;
  for (const auto& [name, tensor] : model.parameters()) {
    if (name != "0.bias") trained.push_back(tensor);
  }
  const auto optimiser = make(trained);
  std::vector<double> losses;
  for (int step = 0; step < 10; ++step) {
    optimiser->zero_grad();
    const Tensor loss = cross_entropy(model(golden["batch"]), golden.labels());
    loss.backward();
    optimiser->step();
    losses.push_back(loss.item());
  }
  return Tensor::from({10}, losses);
}

std::vector<nn::NamedTensor> state(const nn::Model& model) {
  std::vector<nn::NamedTensor> all = model.parameters();
  for (const nn::NamedTensor& buffer : model.buffers()) all.push_back(buffer);
  return all;
}

}  // namespace

/// tests/golden/make_golden.py builds the same network from the same description in PyTorch.
TEST_CASE("a network out of PyTorch gives PyTorch's answers") {
  nn::Model model = nn::load_model(golden_folder + "small.json");
  model.eval();
  const std::string path = golden_folder + "small-expected.json";
  const nn::StoredTensors stored = nn::parse_json_weights(nn::read_file(path), path);
  const Tensor expected = to_tensor(stored.at("output")), y = model(to_tensor(stored.at("input")));
  REQUIRE(y.shape() == expected.shape());
  for (Index i = 0; i < y.size(); ++i) {
    CHECK(y.data()[i] == doctest::Approx(expected.data()[i]).epsilon(1e-4));
  }
}

TEST_CASE("pixels get PyTorch's gradients, through the normalisation") {
  nn::Model model = nn::load_model(golden_folder + "small.json");
  model.eval();
  model.requires_grad(false);
  const Golden golden;
  Tensor pixels = golden.first_image().requires_grad(true);
  const Tensor logits = model.forward_to("head", pixels);
  CHECK(distance(logits, golden["logits"]) < 1e-4);
  at(logits, {0, 3}).backward();
  CHECK(distance(pixels.grad(), golden["logit_gradient"]) < 1e-4);
  pixels.zero_grad();
  at(model(pixels), {0, 3}).backward();
  CHECK(distance(pixels.grad(), golden["log_probability_gradient"]) < 1e-4);
}

TEST_CASE("ten steps of training give PyTorch's losses, weights and running values") {
  const Golden golden;
  for (const Training& training : trainings) {
    const std::string name = training.name;
    nn::Model model = nn::load_model(golden_folder + "small.json");
    const Tensor losses = ten_steps(model, training.make, golden);
    CHECK_MESSAGE(distance(losses, golden[name + ".loss"]) < 1e-4, name);
    for (const auto& [key, tensor] : state(model)) {
      const std::string full = name + '.' + key;
      CHECK_MESSAGE(distance(tensor, golden[full]) < 1e-4, full);
    }
  }
}

TEST_CASE("the comparison with PyTorch sees a biased variance and an epsilon outside of the root") {
  const Golden golden;
  nn::Model model = nn::load_model(golden_folder + "small.json");
  const Tensor weight = model.layers.layer(1).parameters()[0].tensor;
  const Tensor variance = model.buffers()[1].tensor, first = variance.clone();
  const auto each = [&](auto f) {
    for (std::size_t c = 0; c < 8; ++c) f(c, double(variance.values()[c]));
  };

  // As if eval() divided by sqrt(var) + eps.
  const Tensor right_weight = weight.clone();
  each([&](std::size_t c, double v) {
    weight.mutable_values()[c] *= static_cast<real>(std::sqrt(v + 1e-3) / (std::sqrt(v) + 1e-3));
  });
  model.eval();
  CHECK(distance(model.forward_to("head", golden.first_image()), golden["logits"]) > 1e-4);
  std::copy(right_weight.values().begin(), right_weight.values().end(), weight.mutable_data());

  // As if the running variance took in what divides by M, not by M - 1, with M = 6 x 16 x 12.
  ten_steps(model, trainings[0].make, golden);
  CHECK(distance(variance, golden["sgd.1.running_var"]) < 1e-4);
  each([&](std::size_t c, double v) {
    const double taken_in = v - std::pow(0.9, 10) * double(first.values()[c]);
    variance.mutable_values()[c] = static_cast<real>(v - taken_in / 1152);
  });
  CHECK(distance(variance, golden["sgd.1.running_var"]) > 1e-4);
}
