#include "nets.hpp"

#include "nn/layers.hpp"

namespace glass::bench {

namespace {

void add_conv3x3(nn::Sequential& net, Index in, Index out, Rng& rng) {
  net.add(
      nn::Conv2d({.in_channels = in, .out_channels = out, .kernel_size = 3, .padding = 1}, rng));
}

void add_classifier(nn::Sequential& net, Index in, Index hidden, Rng& rng) {
  net.add(nn::Flatten())
      .add(nn::Linear({.in_features = in, .out_features = hidden}, rng))
      .add(nn::ReLU())
      .add(nn::Linear({.in_features = hidden, .out_features = 10}, rng));
}

}  // namespace

Net mnist_net() {
  Rng rng(0);
  Net net{{}, {1, 28, 28}};
  for (const auto& [in, out] : {std::pair<Index, Index>{1, 16}, {16, 32}}) {
    add_conv3x3(net.layers, in, out, rng);
    net.layers.add(nn::ReLU()).add(nn::MaxPool2d({.kernel_size = 2}));
  }
  add_classifier(net.layers, 1568, 128, rng);
  return net;
}

Net cifar_net() {
  Rng rng(0);
  Net net{{}, {3, 32, 32}};
  Index in = 3;
  for (const Index width : {32, 64, 128}) {
    for (int twice = 0; twice < 2; ++twice, in = width) {
      add_conv3x3(net.layers, in, width, rng);
      net.layers.add(nn::BatchNorm2d({.num_features = width})).add(nn::ReLU());
    }
    net.layers.add(nn::MaxPool2d({.kernel_size = 2}));
  }
  add_classifier(net.layers, 2048, 256, rng);
  return net;
}

double forward_flops(const Net& net) {
  double flops = 0;
  Shape shape = net.batch(1);
  for (Index i = 0; i < net.layers.size(); ++i) {
    const nn::Module& layer = net.layers.layer(i);
    shape = layer.output_shape(shape);
    for (const auto& [name, tensor] : layer.parameters()) {
      // Every weight of a matrix is used once, of a kernel once at each output pixel.
      if (tensor.shape().rank() == 2) flops += 2.0 * static_cast<double>(tensor.size());
      if (tensor.shape().rank() == 4)
        flops += 2.0 * static_cast<double>(tensor.size() * shape[2] * shape[3]);
    }
  }
  return flops;
}

}  // namespace glass::bench
