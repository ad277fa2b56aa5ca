#include <nlohmann/json.hpp>

#include "expected_tensors.hpp"
#include "nn/io/description.hpp"
#include "nn/io/files.hpp"
#include "nn/io/safetensors.hpp"

using namespace glass;

namespace {

/// A network of this layer alone, for inputs of this shape, of which a description knows images only.
nn::Model network(const nlohmann::json& layer, const Shape& input) {
  nlohmann::json description = {{"name", "layer"}, {"input", {{"shape", {1, 1, 1}}}}};
  description["layers"] = {layer};
  if (input.rank() == 4) {
    description["input"]["shape"] = {input[1], input[2], input[3]};
  } else {
    description["input"]["shape"] = {input[1], 1, 1};
    description["layers"] = {{{"type", "Flatten"}}, layer};
  }
  return nn::parse_description(description.dump(), "layer.json", 0);
}

bool close(const Tensor& found, const Tensor& expected) { return distance(found, expected) < 1e-5; }

}  // namespace

/// tests/golden/make_layers.py computed the same.
TEST_CASE("each layer gives PyTorch's output and PyTorch's gradients") {
  const std::string path = golden_folder + "layers.safetensors";
  const nn::StoredTensors stored = nn::parse_safetensors(nn::read_file(path), path);
  const auto cases = nlohmann::json::parse(nn::read_file(golden_folder + "layers.json"));
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const std::string name = cases[i]["layer"].dump();
    CAPTURE(name);
    const auto golden = [&](const std::string& key) {
      return to_tensor(stored.at(std::to_string(i) + '.' + key));
    };
    const Tensor x = golden("input").requires_grad(true);
    nn::Model model = network(cases[i]["layer"], x.shape());
    nn::Module& layer = model.layers.layer(model.layers.size() - 1);
    for (const auto& [key, tensor] : layer.own_parameters()) {
      if (!tensor) continue;
      const Tensor value = golden(key);
      std::copy_n(value.data(), value.size(), tensor.mutable_data());
    }
    const Tensor y = layer(x);
    CHECK(close(y, golden("output")));
    y.backward(golden("seed"));
    CHECK(close(x.grad(), golden("input.grad")));
    for (const auto& [key, tensor] : layer.own_parameters()) {
      if (tensor) CHECK(close(tensor.grad(), golden(key + ".grad")));
    }
    for (const auto& [key, tensor] : layer.own_buffers()) CHECK(close(tensor, golden(key)));
    if (layer.own_buffers().empty()) continue;
    layer.eval();
    CHECK(close(layer(x), golden("eval")));
  }
}
