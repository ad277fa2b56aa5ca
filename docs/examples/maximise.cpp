#include <algorithm>
#include <iostream>

#include "nn/io/model_file.hpp"
#include "optim/adam.hpp"
#include "viz/pictures/png.hpp"

using namespace glass;

int main() {
  nn::Model model = nn::load_model("weights/mnist-robust.json");
  model.eval();                // how dropout and batch normalisation behave
  model.requires_grad(false);  // the weights are frozen,
  Rng rng(0);
  Tensor image =
      Tensor::uniform({1, 1, 28, 28}, rng, 0, 0.2).requires_grad(true);  // the image is not

  optim::Adam ascend({image}, {.lr = 0.05});
  for (int step = 0; step < 200; ++step) {
    ascend.zero_grad();
    const Tensor loss = 0.1 * total_variation(image, {.beta = 1.5}) + 0.05 * sum(square(image)) -
                        at(model(image), {0, 3});
    loss.backward();  // the very call that trained the weights
    ascend.step();
    for (real& pixel : image.mutable_values()) pixel = std::clamp(pixel, real(0), real(1));
  }
  viz::write_png("three.png", viz::resize(viz::to_image(image, 0), 280, 280));
  std::cout << softmax(model(image)) << '\n';
}
