#include "docs/exercises/19-residual-block/block.hpp"

#include "docs/exercises/not_implemented.hpp"
#include "nn/layers.hpp"

namespace glass {

void add_block(nn::Sequential& net, Index in, Index out, Rng& rng) {
  // The layer that was added last, as `inputs` name it.
  const auto last = [&] { return std::to_string(net.size() - 1); };
  const auto conv = [&](Index from, Index size) {
    return nn::Conv2d(
        {.in_channels = from, .out_channels = out, .kernel_size = size, .padding = size / 2}, rng);
  };
  net.add(conv(in, 3)).add(nn::ReLU()).add(conv(out, 3));
  // What is missing is the shortcut, if it has a layer, the sum, and the last relu. The third argument
  // of `add` says what a layer reads.
  throw NotImplemented("Exercise 19: a residual block, the shortcut and the sum, behind layer " +
                       last());
}

}  // namespace glass
