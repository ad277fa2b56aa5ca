#include <algorithm>
#include <iostream>

#include "nn/io/model_file.hpp"

using namespace glass;

/// Loads a network that PyTorch wrote, a description and a safetensors file (docs/pytorch.md), and
/// asks it about an image: from_pytorch MODEL.json
int main(int argc, char** argv) try {
  nn::Model model = nn::load_model(argc > 1 ? argv[1] : "tests/golden/small.json");
  model.eval();
  std::cout << model.summary() << '\n';

  Shape shape{1};
  for (const Index side : model.input_shape) shape.append(side);
  Tensor image = Tensor::full(shape, 0.5).requires_grad(true);
  const Tensor logits = model(image);
  std::cout << "logits of a grey image " << logits << '\n';

  // What PyTorch trained, this engine differentiates.
  at(logits, {0, 0}).backward();
  std::cout << "most sensitive pixel: "
            << std::ranges::max_element(image.grad().values()) - image.grad().values().begin()
            << '\n';
} catch (const Error& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
