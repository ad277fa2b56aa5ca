#include <iostream>

#include "autograd/node.hpp"
#include "nn/layers.hpp"
#include "nn/sequential.hpp"
#include "optim/adam.hpp"
#include "viz/pictures/png.hpp"
#include "viz/pictures/sheet.hpp"

using namespace glass;

/// What the network answers in each point of the unit square: 0 is black, 1 is white.
viz::Image plane(nn::Sequential& net) {
  constexpr Index side = 56;
  std::vector<double> points;
  for (Index i = 0; i < side * side; ++i) {
    points.push_back(static_cast<double>(i % side) / (side - 1));
    points.push_back(1 - static_cast<double>(i / side) / (side - 1));
  }
  const NoGrad no_grad;
  const Tensor answers = net(Tensor::from({side * side, 2}, points));
  return viz::to_image(reshape(answers, {1, 1, side, side}), 0);
}

/// A network of two layers learns what no single layer can: which of two inputs differ.
int main() {
  Rng rng(0);
  nn::Sequential net;
  net.add(nn::Linear({.in_features = 2, .out_features = 4}, rng)).add(nn::Tanh());
  net.add(nn::Linear({.in_features = 4, .out_features = 1}, rng)).add(nn::Sigmoid());

  const Tensor x = Tensor::from({4, 2}, {0, 0, 0, 1, 1, 0, 1, 1});
  const Tensor target = Tensor::from({4, 1}, {0, 1, 1, 0});

  std::vector<viz::Tile> frames;
  optim::Adam adam(nn::tensors(net.parameters()), {.lr = 0.05});
  for (int step = 0; step <= 200; ++step) {
    if (step % 50 == 0) frames.push_back({plane(net), {"step " + std::to_string(step)}});
    adam.zero_grad();
    mse(net(x), target).backward();
    adam.step();
  }
  viz::write_png("xor.png", viz::make_sheet(frames, 5));
  std::cout << net(x) << '\n';
}
