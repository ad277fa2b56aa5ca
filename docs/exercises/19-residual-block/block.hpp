#pragma once

#include "nn/sequential.hpp"

namespace glass {

/// Appends a residual block to the layers, behind x, the output of the last of them:
///
///     y = relu(f(x) + s(x)),  f(x) = conv(relu(conv(x))),  [N,in,H,W] -> [N,out,H,W]
///
/// Both convolutions of f are 3x3 with padding 1. The shortcut s is nothing, s(x) = x, if in = out, and
/// else a convolution 1x1 from in to out channels. In this order: conv, relu, conv, s, sum, relu.
void add_block(nn::Sequential& net, Index in, Index out, Rng& rng);

}  // namespace glass
