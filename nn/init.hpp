#pragma once

#include "autograd/random.hpp"
#include "autograd/tensor.hpp"

/// Initial values of weights [out,in,..]: random, and scaled so that the size of the activations
/// (forwards) and of the gradients (backwards) stays about the same from layer to layer. Each fills
/// its tensor in place and throws ShapeError if that has less than two dimensions or no
/// elements.
namespace glass::nn {

/// How many inputs one output element of a layer sums, and how many outputs one input feeds.
struct Fans {
  double in, out;  ///< numbers of elements
};
/// Of a weight [out,in,..].
Fans fans(const Shape& weight);

/// He et al., 2015: variance 2 / ((1 + slope^2) fan_in), for layers before a (leaky) ReLU.
void kaiming_normal(const Tensor& weight, Rng& rng, double negative_slope = 0);
/// The same variance, evenly spread.
void kaiming_uniform(const Tensor& weight, Rng& rng, double negative_slope = 0);
/// Glorot and Bengio, 2010: variance 2 / (fan_in + fan_out), for layers before tanh or sigmoid.
void xavier_normal(const Tensor& weight, Rng& rng);
/// The same variance, evenly spread.
void xavier_uniform(const Tensor& weight, Rng& rng);

/// PyTorch's choice for the weight and the bias of Conv2d and Linear alike: uniform between
/// -1 / sqrt(fan_in) and 1 / sqrt(fan_in). An undefined `bias` is left alone.
void default_init(const Tensor& weight, const Tensor& bias, Rng& rng);

}  // namespace glass::nn
