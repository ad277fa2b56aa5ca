#include <doctest/doctest.h>

#include "autograd/gradcheck.hpp"
#include "nn/layers.hpp"

using namespace glass;

namespace {

nn::Conv2d conv3x3(Index in, Index out, Rng& rng) {
  return nn::Conv2d({.in_channels = in, .out_channels = out, .kernel_size = 3, .padding = 1}, rng);
}

/// The gradients to the image and to the weight of the first layer, which all branches share.
void check_gradients(const nn::Sequential& net) {
  auto& stem = dynamic_cast<nn::Conv2d&>(net.layer(0));
  Rng rng(4);
  const GradcheckResult result = gradcheck(
      [&](const std::vector<Tensor>& inputs) {
        stem.weight = inputs[1];
        return net.forward_to(net.size() - 1, inputs[0]);
      },
      {Tensor::randn({2, 2, 4, 5}, rng), stem.weight});
  CHECK_MESSAGE(result.ok, result.message);
}

}  // namespace

TEST_CASE("gradients through a residual block are right") {
  Rng rng(1);
  nn::Sequential net;
  net.add(conv3x3(2, 3, rng)).add(nn::Tanh()).add(conv3x3(3, 3, rng));
  net.add(nn::Add(), "", {"tanh1", "conv2"}).add(nn::Tanh()).add(conv3x3(3, 3, rng));
  net.add(nn::Add(), "", {"tanh2", "conv3", "tanh1"});
  check_gradients(net);
}

TEST_CASE("gradients through branches that are joined and weighted by channel are right") {
  Rng rng(2);
  nn::Sequential net;
  net.add(conv3x3(2, 3, rng)).add(nn::Sigmoid()).add(conv3x3(3, 2, rng), "", {"conv1"});
  net.add(nn::Concat(), "", {"sigmoid1", "conv2", "input"});
  net.add(nn::AdaptiveAvgPool2d()).add(nn::Tanh());
  net.add(nn::Multiply(), "", {"tanh1", "concat1"});
  check_gradients(net);
}
