#include "docs/exercises/19-residual-block/block.hpp"

#include "nn/layers.hpp"

namespace glass {

void add_block(nn::Sequential& net, Index in, Index out, Rng& rng) {
  const auto last = [&] { return std::to_string(net.size() - 1); };
  const auto conv = [&](Index from, Index size) {
    return nn::Conv2d(
        {.in_channels = from, .out_channels = out, .kernel_size = size, .padding = size / 2}, rng);
  };
  const std::string x = last();
  net.add(conv(in, 3)).add(nn::ReLU()).add(conv(out, 3));
  const std::string f = last();
  std::string shortcut = x;
  if (in != out) {
    net.add(conv(in, 1), "", {x});
    shortcut = last();
  }
  net.add(nn::Add(), "", {f, shortcut}).add(nn::ReLU());
}

}  // namespace glass
