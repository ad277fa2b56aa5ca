#include <doctest/doctest.h>

#include "nn/files.hpp"
#include "nn/json_weights.hpp"
#include "nn/model.hpp"

using namespace glass;

namespace {

Tensor to_tensor(const nn::StoredTensor& stored) {
  return Tensor::from(Shape(stored.shape.begin(), stored.shape.end()),
                      {stored.values.begin(), stored.values.end()});
}

}  // namespace

/// tests/golden/make_golden.py builds the same network from the same description in PyTorch.
TEST_CASE("a network out of PyTorch gives PyTorch's answers") {
  const std::string folder = GLASS_SOURCE_DIR "/tests/golden/";
  nn::Model model = nn::load_model(folder + "small.json");
  model.eval();
  const std::string path = folder + "small-expected.json";
  const nn::StoredTensors stored = nn::parse_json_weights(nn::read_file(path), path);
  const Tensor expected = to_tensor(stored.at("output")), y = model(to_tensor(stored.at("input")));
  REQUIRE(y.shape() == expected.shape());
  for (Index i = 0; i < y.size(); ++i) {
    CHECK(y.data()[i] == doctest::Approx(expected.data()[i]).epsilon(1e-4));
  }
}
