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

/// What a convolution of a residual net may say; batch normalisation follows each.
struct Conv {
  Index in, out;
  Size2 kernel = 1, stride = 1;
  Index groups = 1;
};

void add_conv_norm(nn::Sequential& net, const Conv& conv,
                   const std::vector<std::string>& inputs = {}) {
  const nn::Conv2dArguments arguments{.in_channels = conv.in,
                                      .out_channels = conv.out,
                                      .kernel_size = conv.kernel,
                                      .stride = conv.stride,
                                      .padding = conv.kernel.h / 2,
                                      .groups = conv.groups,
                                      .bias = false};
  net.add(nn::Conv2d(arguments), {}, inputs);
  net.add(nn::BatchNorm2d({.num_features = conv.out}));
}

std::string last(const nn::Sequential& net) { return net.key(net.size() - 1); }

/// Two convolutions and what they read, which a third one fits to them if it must.
void add_residual_block(nn::Sequential& net, Index in, Index out, Index stride) {
  const std::string input = last(net);
  add_conv_norm(net, {.in = in, .out = out, .kernel = 3, .stride = stride});
  net.add(nn::ReLU());
  add_conv_norm(net, {.in = out, .out = out, .kernel = 3});
  const std::string branch = last(net);
  if (stride > 1) add_conv_norm(net, {.in = in, .out = out, .stride = stride}, {input});
  net.add(nn::Add(), {}, {branch, stride > 1 ? last(net) : input}).add(nn::ReLU());
}

/// Widen, look at each channel alone, narrow; and what it read, if that has the same shape.
void add_inverted_block(nn::Sequential& net, Index in, Index out, Index stride, Index expansion) {
  const std::string input = last(net);
  const Index wide = in * expansion;
  if (expansion > 1) {
    add_conv_norm(net, {.in = in, .out = wide});
    net.add(nn::ReLU6());
  }
  add_conv_norm(net, {.in = wide, .out = wide, .kernel = 3, .stride = stride, .groups = wide});
  net.add(nn::ReLU6());
  add_conv_norm(net, {.in = wide, .out = out});
  if (stride == 1 && in == out) net.add(nn::Add(), {}, {input, last(net)});
}

void add_head(nn::Sequential& net, Index features) {
  net.add(nn::AdaptiveAvgPool2d({.output_size = 1})).add(nn::Flatten());
  add_linear(net, features, 1000);
}

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

Net resnet18_net() {
  Net net{{}, {3, 224, 224}};
  add_conv_norm(net.layers, {.in = 3, .out = 64, .kernel = 7, .stride = 2});
  net.layers.add(nn::ReLU()).add(nn::MaxPool2d({.kernel_size = 3, .stride = 2, .padding = 1}));
  Index in = 64;
  for (const Index width : {64, 128, 256, 512})
    for (int twice = 0; twice < 2; ++twice, in = width) {
      add_residual_block(net.layers, in, width, in == width ? 1 : 2);
    }
  add_head(net.layers, in);
  return initialised(std::move(net));
}

Net mobilenet_net() {
  struct Stage {
    Index expansion, width, blocks, stride;
  };
  constexpr Stage stages[]{{1, 16, 1, 1}, {6, 24, 2, 2},  {6, 32, 3, 2}, {6, 64, 4, 2},
                           {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};
  Net net{{}, {3, 224, 224}};
  add_conv_norm(net.layers, {.in = 3, .out = 32, .kernel = 3, .stride = 2});
  net.layers.add(nn::ReLU6());
  Index in = 32;
  for (const auto& [expansion, width, blocks, stride] : stages)
    for (Index block = 0; block < blocks; ++block, in = width) {
      add_inverted_block(net.layers, in, width, block == 0 ? stride : 1, expansion);
    }
  add_conv_norm(net.layers, {.in = in, .out = 1280});
  net.layers.add(nn::ReLU6());
  add_head(net.layers, 1280);
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
