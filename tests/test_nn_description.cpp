#include <doctest/doctest.h>

#include "nn/io/description.hpp"
#include "nn/io/files.hpp"
#include "nn/io/model_file.hpp"
#include "nn/io/weights.hpp"
#include "nn/layer.hpp"
#include "run_program.hpp"

using namespace glass;

namespace {

const std::string every_type = R"({
  "name": "every type", "input": {"shape": [2, 12, 9], "mean": [0.5, 0.25], "std": [0.1, 1]},
  "classes": ["one", "two", "three"], "judge": "judges/other.json",
  "layers": [
    {"type": "Conv2d", "name": "first", "in_channels": 2, "out_channels": 4, "kernel_size": [3, 2],
     "stride": [1, 2], "padding": 1, "dilation": 1, "groups": 1, "bias": false},
    {"type": "BatchNorm2d", "num_features": 4, "eps": 0.01, "momentum": 0.2},
    {"type": "ReLU"}, {"type": "LeakyReLU", "negative_slope": 0.2}, {"type": "ELU", "alpha": 0.5},
    {"type": "Tanh"}, {"type": "Sigmoid"},
    {"type": "MaxPool2d", "kernel_size": 2},
    {"type": "AvgPool2d", "kernel_size": [1, 2], "stride": 1, "padding": [0, 1]},
    {"type": "Conv2d", "in_channels": 4, "out_channels": 6, "kernel_size": 2, "padding": "same",
     "groups": 2},
    {"type": "Conv2d", "in_channels": 6, "out_channels": 6, "kernel_size": 1, "padding": "valid"},
    {"type": "PReLU"}, {"type": "PReLU", "num_parameters": 6},
    {"type": "ReLU6"}, {"type": "SiLU"}, {"type": "GELU"}, {"type": "GELU", "approximate": "tanh"},
    {"type": "Hardswish"}, {"type": "Hardsigmoid"}, {"type": "Identity"},
    {"type": "ZeroPad2d", "padding": [1, 2, 0, 3]}, {"type": "ZeroPad2d", "padding": 1},
    {"type": "GroupNorm", "num_groups": 3, "num_channels": 6, "affine": false},
    {"type": "AdaptiveMaxPool2d", "output_size": [6, 4]},
    {"type": "LayerNorm", "normalized_shape": [6, 6, 4]}, {"type": "LayerNorm", "normalized_shape": 4},
    {"type": "LocalResponseNorm", "size": 3, "k": 2},
    {"type": "MaxPool2d", "kernel_size": 2, "dilation": 2, "ceil_mode": true},
    {"type": "AvgPool2d", "kernel_size": 2, "ceil_mode": true, "count_include_pad": false},
    {"type": "AdaptiveAvgPool2d", "output_size": [1, 1]}, {"type": "Dropout2d", "p": 0.1},
    {"type": "Dropout", "p": 0.1}, {"type": "Flatten"},
    {"type": "BatchNorm1d", "num_features": 6},
    {"type": "Linear", "in_features": 6, "out_features": 3},
    {"type": "Softmax"}, {"type": "LogSoftmax", "dim": 1}]})";

/// A description with these layers for an input [1,8,8].
std::string with_layers(const std::string& layers) {
  return R"({"name": "m", "input": {"shape": [1, 8, 8]}, "layers": [)" + layers + "]}";
}

}  // namespace

TEST_CASE("a description survives being read and written") {
  const nn::Model model = nn::parse_description(every_type, "m.json", 0);
  CHECK(model.layers.size() == 37);
  CHECK(model.name == "every type");
  CHECK(model.mean == std::vector<double>{0.5, 0.25});
  CHECK(model.std == std::vector<double>{0.1, 1});
  CHECK(model.classes == std::vector<std::string>{"one", "two", "three"});
  CHECK(model.judge == "judges/other.json");

  const std::string written = nn::to_description(model, "m.json");
  const nn::Model again = nn::parse_description(written, "m.json", 0);
  CHECK(nn::to_description(again, "m.json") == written);
  REQUIRE(again.layers.size() == model.layers.size());
  for (Index i = 0; i < model.layers.size(); ++i) {
    const nn::Module &a = model.layers.layer(i), &b = again.layers.layer(i);
    CHECK(nn::call_text(a) == nn::call_text(b));
    CHECK(model.layers.key(i) == again.layers.key(i));
  }
  for (const char* layer :
       {R"({"type": "MaxPool2d", "kernel_size": 2},)", R"("padding": "same", "groups": 2},)",
        R"({"type": "Conv2d", "in_channels": 6, "out_channels": 6, "kernel_size": 1},)",
        R"({"type": "GELU"},)", R"({"type": "GELU", "approximate": "tanh"},)",
        R"({"type": "ZeroPad2d", "padding": [1,2,0,3]},)",
        R"({"type": "LayerNorm", "normalized_shape": [4]},)"}) {
    CHECK_MESSAGE(written.find(layer) != written.npos, layer);
  }
}

TEST_CASE("a pooling's stride is its kernel unless given") {
  const nn::Model model =
      nn::parse_description(with_layers(R"({"type": "MaxPool2d", "kernel_size": [2, 4]},
                                           {"type": "AvgPool2d", "kernel_size": 2, "stride": 1})"),
                            "m.json", 0);
  CHECK(model.output_shape({1, 1, 8, 8}) == Shape{1, 1, 3, 1});
}

TEST_CASE("the seed decides the initial weights, layer by layer") {
  const std::string one = R"({"type": "Linear", "in_features": 4, "out_features": 4})";
  const auto last = [&](const std::string& first, std::uint64_t seed) {
    const std::string json = R"({"name": "m", "input": {"shape": [1, 2, 2]}, "layers": [)" + first +
                             R"(, {"type": "Linear", "in_features": 4, "out_features": 4}]})";
    return nn::parse_description(json, "m.json", seed).parameters().back().tensor.data()[0];
  };
  const std::string other = R"({"type": "Flatten"})";
  const std::string named = R"({"type": "Flatten", "name": "flat"})";
  CHECK(last(other, 1) == last(named, 1));
  CHECK(last(other, 1) != last(other, 2));
}

TEST_CASE("a model survives being saved and loaded, and only complete files are seen") {
  const TemporaryFolder folder;
  for (const char* weights : {"m.safetensors", "m-weights.json"}) {
    nn::Model model = nn::parse_description(every_type, "m.json", 11);
    model.weights = weights;
    nn::save_model(model, folder / "m.json");
    nn::Model again = nn::load_model(folder / "m.json", 12);
    model.eval();
    again.eval();
    const Tensor x = Tensor::full({1, 2, 12, 9}, 0.5);
    const Tensor a = model(x), b = again(x);
    CHECK(std::equal(a.values().begin(), a.values().end(), b.values().begin()));
    CHECK(again.weights == weights);
  }
  std::filesystem::remove(folder / "m-weights.json");
  CHECK_THROWS_WITH_AS(nn::load_model(folder / "m.json"),
                       doctest::Contains("m-weights.json: cannot open: No such file"), IoError);
  CHECK_NOTHROW(nn::load_description(folder / "m.json"));
  for (const auto& entry : std::filesystem::directory_iterator(folder / "")) {
    CHECK(entry.path().extension() != ".tmp");
  }
}

TEST_CASE("a layer of one's own runs, but a description cannot hold it") {
  class Twice final : public nn::Module {
   public:
    const char* type() const override { return "Twice"; }
    Tensor forward(const Tensor& x) override { return 2 * x; }
  };
  nn::Model model;
  model.layers.add(Twice());
  CHECK(model(Tensor::full({1}, 3)).item() == 6);
  CHECK_THROWS_WITH_AS(nn::to_description(model, "m.json"),
                       "m.json: layer 0 is of type Twice, which descriptions do not know",
                       FileError);
}

TEST_CASE("the summary has one aligned line per layer") {
  nn::Model model = nn::parse_description(every_type, "m.json", 0);
  model.layers.layer(0).requires_grad(false);
  std::istringstream lines(model.summary());
  std::vector<std::string> all;
  for (std::string line; std::getline(lines, line);) all.push_back(line);
  REQUIRE(all.size() == 37 + 3);
  CHECK(all.front() == "every type: input [2,12,9], 37 layers");
  CHECK(all[2] ==
        "first  conv1               Conv2d(2, 4, (3, 2), stride=(1, 2), padding=1, bias=False)  "
        "[1,4,12,5]  48          frozen     3x2");
  CHECK(all[36].find("Linear(6, 3)") == all[2].find("Conv2d"));
  CHECK(all[36].find("trainable  12x9") != std::string::npos);
  CHECK(all.back() == "total 488 parameters, 440 trainable");
}
