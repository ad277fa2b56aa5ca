#pragma once

#include "nn/sequential.hpp"

namespace glass::bench {

/// A network and the shape [C,H,W] of its input.
struct Net {
  nn::Sequential layers;
  Shape input;

  /// [n,C,H,W]
  Shape batch(Index n) const { return {n, input[0], input[1], input[2]}; }
};

/// Conv 1-16, ReLU, MaxPool, Conv 16-32, ReLU, MaxPool, Linear 1568-128, ReLU, Linear 128-10.
Net mnist_net();
/// (Conv3x3 - BatchNorm - ReLU) twice at 32, 64 and 128 channels with MaxPool after each pair,
/// Linear 2048-256, ReLU, Linear 256-10.
Net cifar_net();
/// Configuration D of Simonyan and Zisserman, 2014, without its dropouts: 13 convolutions, three linear
/// layers, 1000 classes, 138 million weights.
Net vgg16_net();
/// ResNet-18 of He, Zhang, Ren and Sun, 2015.
Net resnet18_net();
/// MobileNetV2 of Sandler et al., 2018.
Net mobilenet_net();

/// Multiplications and additions of the convolutions and linear layers for one image, forward.
/// Each of the two gradients, to the input and to the weights, costs the same again.
double forward_flops(const Net& net);

}  // namespace glass::bench
