#pragma once

#include "nn/layers.hpp"
#include "nn/sequential.hpp"
#include "optim/sgd.hpp"

/// Read this, and predict what it keeps, computes and changes.
namespace glass {

/// conv1, relu1, maxpool1, conv2, relu2, flatten1, linear1: from [N,1,8,8] to [N,10].
inline nn::Sequential network() {
  Rng rng(1);
  nn::Sequential net;
  net.add(nn::Conv2d({.in_channels = 1, .out_channels = 4, .kernel_size = 3, .padding = 1}, rng));
  net.add(nn::ReLU());
  net.add(nn::MaxPool2d({.kernel_size = 2}));
  net.add(nn::Conv2d({.in_channels = 4, .out_channels = 8, .kernel_size = 3, .padding = 1}, rng));
  net.add(nn::ReLU());
  net.add(nn::Flatten());
  net.add(nn::Linear({.in_features = 128, .out_features = 10}, rng));
  return net;
}

/// One image.
inline Tensor data() {
  Rng rng(2);
  return Tensor::uniform({1, 1, 8, 8}, rng);
}

/// The gradients of one training step.
inline void train(nn::Sequential& net) { cross_entropy(net(data()), {3}).backward(); }

/// The same, with the first layer as it came from another training.
inline void fine_tune(nn::Sequential& net) {
  net.layer(0).requires_grad(false);
  train(net);
}

/// Two steps of activation maximisation. Of its five numbered lines the one called `without` is left
/// out; 0 leaves out none.
inline Tensor paint(nn::Sequential& net, int without = 0) {
  const auto line = [&](int number) { return number != without; };
  Tensor image = data();
  optim::SGD optimiser({image}, {.lr = 0.1});
  if (line(1)) net.requires_grad(false);
  if (line(2)) image.requires_grad(true);
  for (int step = 0; step < 2; ++step) {
    const Tensor loss = -at(net(image), {0, 3});
    if (line(3)) optimiser.zero_grad();
    if (line(4)) loss.backward();
    if (line(5)) optimiser.step();
  }
  return image;
}

}  // namespace glass
