#include "nets.hpp"

#include "nn/init.hpp"
#include "nn/layers.hpp"

namespace glass::bench {

namespace {

void add_conv3x3(nn::Sequential& net, Index in, Index out) {
  net.add(nn::Conv2d({.in_channels = in, .out_channels = out, .kernel_size = 3, .padding = 1}));
}

void add_linear(nn::Sequential& net, Index in, Index out) {
  net.add(nn::Linear({.in_features = in, .out_features = out}));
}

void add_pool(nn::Sequential& net) { net.add(nn::MaxPool2d({.kernel_size = 2})); }

/// Gives weights to layers that were made without.
Net initialised(Net net) {
  Rng rng(0);
  for (const Tensor& tensor : nn::tensors(net.layers.parameters())) {
    if (tensor.shape().rank() > 1) nn::kaiming_uniform(tensor, rng);
  }
  return net;
}

}  // namespace

Net mnist_net() {
  Net net{{}, {1, 28, 28}};
  for (const auto& [in, out] : {std::pair<Index, Index>{1, 16}, {16, 32}}) {
    add_conv3x3(net.layers, in, out);
    net.layers.add(nn::ReLU());
    add_pool(net.layers);
  }
  net.layers.add(nn::Flatten());
  add_linear(net.layers, 1568, 128);
  net.layers.add(nn::ReLU());
  add_linear(net.layers, 128, 10);
  return initialised(std::move(net));
}

Net cifar_net() {
  Net net{{}, {3, 32, 32}};
  Index in = 3;
  for (const Index width : {32, 64, 128}) {
    for (int twice = 0; twice < 2; ++twice, in = width) {
      add_conv3x3(net.layers, in, width);
      net.layers.add(nn::BatchNorm2d({.num_features = width})).add(nn::ReLU());
    }
    add_pool(net.layers);
  }
  net.layers.add(nn::Flatten());
  add_linear(net.layers, 2048, 256);
  net.layers.add(nn::ReLU());
  add_linear(net.layers, 256, 10);
  return initialised(std::move(net));
}

Net vgg16_net() {
  Net net{{}, {3, 224, 224}};
  Index in = 3;
  for (const auto& [convolutions, width] :
       {std::pair<int, Index>{2, 64}, {2, 128}, {3, 256}, {3, 512}, {3, 512}}) {
    for (int i = 0; i < convolutions; ++i, in = width) {
      add_conv3x3(net.layers, in, width);
      net.layers.add(nn::ReLU());
    }
    add_pool(net.layers);
  }
  net.layers.add(nn::Flatten());
  in = 512 * 7 * 7;
  for (int twice = 0; twice < 2; ++twice, in = 4096) {
    add_linear(net.layers, in, 4096);
    net.layers.add(nn::ReLU());
  }
  add_linear(net.layers, 4096, 1000);
  return initialised(std::move(net));
}

double forward_flops(const Net& net) {
  double flops = 0;
  const std::vector<Shape> outputs = net.layers.output_shapes(net.batch(1));
  for (Index i = 0; i < net.layers.size(); ++i) {
    const nn::Module& layer = net.layers.layer(i);
    const Shape& shape = outputs[static_cast<std::size_t>(i)];
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
