#include <doctest/doctest.h>

#include <cstring>
#include <limits>

#include "hostile.hpp"
#include "nn/io/files.hpp"
#include "nn/io/json_weights.hpp"
#include "nn/io/safetensors.hpp"
#include "nn/io/weights.hpp"
#include "nn/layers.hpp"
#include "nn/sequential.hpp"
#include "run_program.hpp"
#include "tensors.hpp"

using namespace glass;
using testing::numbers;

namespace {

nn::Sequential normalised_net(std::uint64_t seed) {
  Rng rng(seed);
  nn::Sequential layers;
  layers.add(nn::Conv2d({.in_channels = 2, .out_channels = 3, .kernel_size = {2, 1}}, rng))
      .add(nn::BatchNorm2d({.num_features = 3}))
      .add(nn::Flatten())
      .add(nn::Linear({.in_features = 6, .out_features = 2, .bias = false}, rng), "head");
  return layers;
}

/// What load_weights says of a file; checks that it is one line and that the module is unchanged.
std::string refusal(nn::Module& module, const std::string& path) {
  const std::vector<real> before = numbers(module);
  const std::string said = hostile::refusal(path, [&] { nn::load_weights(module, path); });
  CHECK(numbers(module) == before);
  return said;
}

}  // namespace

TEST_CASE("weights survive being saved and loaded, in the same bytes each time") {
  const TemporaryFolder folder;
  for (const char* extension : {".safetensors", ".json"}) {
    const std::string one = folder / std::string("one") + extension;
    const std::string two = folder / std::string("two") + extension;
    const nn::Sequential from = normalised_net(1);
    nn::Sequential to = normalised_net(2);
    nn::BatchNorm2d& norm = dynamic_cast<nn::BatchNorm2d&>(from.layer(1));
    norm.running_mean.mutable_data()[1] = real(-0.125);
    norm.running_var.mutable_data()[2] = real(1e-38);
    CHECK(numbers(from) != numbers(to));
    nn::save_weights(from, one);
    nn::load_weights(to, one);
    CHECK(numbers(from) == numbers(to));
    nn::save_weights(to, two);
    CHECK(slurp(one) == slurp(two));
  }
}

TEST_CASE("JSON numbers are short and read back exactly") {
  const float awkward[] = {0.1f, 1.0f / 3, 16777216, 1e-45f, 3.4028235e38f, -0.0f, 1.17549435e-38f};
  nn::StoredTensors tensors;
  tensors["a"].values.assign(std::begin(awkward), std::end(awkward));
  Rng rng(1);
  for (int i = 0; i < 20000;) {
    const auto bits = static_cast<std::uint32_t>(rng.bits());
    float value = 0;
    std::memcpy(&value, &bits, sizeof value);
    if (!(value - value == 0)) continue;
    tensors["a"].values.push_back(value);
    ++i;
  }
  tensors["a"].shape = {tensors["a"].values.size()};
  const std::string json = nn::to_json_weights(tensors, "a.json");
  CHECK(json.find("[0.1,0.33333334,1.6777216e+07,1e-45,") != json.npos);
  const nn::StoredTensors again = nn::parse_json_weights(json, "a.json");
  CHECK(std::memcmp(again.at("a").values.data(), tensors["a"].values.data(),
                    tensors["a"].values.size() * sizeof(float)) == 0);
}

TEST_CASE("JSON cannot hold what is not finite") {
  nn::StoredTensors tensors;
  tensors["a"] = {{1}, {std::numeric_limits<float>::infinity()}};
  CHECK_THROWS_WITH_AS(nn::to_json_weights(tensors, "a.json"),
                       doctest::Contains("a.json: 'a' holds NaN or infinity"), FileError);
}

TEST_CASE("JSON weights are what a person would write") {
  const nn::StoredTensors tensors =
      nn::parse_json_weights(R"({"0.weight": {"shape": [2, 1], "data": [1, -2.5e-1]},
                                 "s": {"data": [3], "shape": []}})",
                             "a.json");
  CHECK(tensors.at("0.weight").shape == std::vector<std::uint64_t>{2, 1});
  CHECK(tensors.at("0.weight").values == std::vector<float>{1, -0.25f});
  CHECK(tensors.at("s").values == std::vector<float>{3});
}

TEST_CASE("keys and shapes that do not match are one error, and the model is unchanged") {
  const TemporaryFolder folder;
  nn::Sequential model = normalised_net(1);
  const std::string path = folder / "a.json";
  nn::write_file(path, R"({"0.weight": {"shape": [2], "data": [1, 2]},
                           "0.bias": {"shape": [3], "data": [7, 7, 7]},
                           "evil\u001b[2J\n": {"shape": [], "data": [1]},
                           "1.num_batches_tracked": {"shape": [], "data": [100]}})");
  CHECK(refusal(model, path) ==
        "7 tensors do not fit the model: '0.weight' is [2], expected [3,2,2,1]; "
        "'1.weight' [3] is missing; '1.bias' [3] is missing; 'head.weight' [2,6] is missing; "
        "'1.running_mean' [3] is missing; '1.running_var' [3] is missing; "
        "'evil\\x1b[2J\\x0a' [] is not in the model");
}

TEST_CASE("weights are saved in one of two formats, by extension") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH_AS(nn::save_weights(normalised_net(1), folder / "model"),
                       doctest::Contains("weight files end in .safetensors or .json"), FileError);
}
