#include "docs/exercises/19-residual-block/block.hpp"
#include "docs/lecturers/private/private.hpp"
#include "nn/layers.hpp"

using namespace glass;

TEST_CASE("3 points: two blocks of other channels, number by number") {
  Rng rng = grade::seeded(19);
  const Index first = grade::between(rng, 2, 4), second = grade::between(rng, 5, 7);
  nn::Sequential net;
  net.add(nn::Conv2d({.in_channels = 2, .out_channels = first, .kernel_size = 1}, rng));
  add_block(net, first, first, rng);
  add_block(net, first, second, rng);
  const Tensor image = Tensor::randn({2, 2, 4, grade::between(rng, 5, 7)}, rng);
  const auto through = [&](Index layer, const Tensor& x) { return net.layer(layer)(x); };
  const Tensor x = through(0, image);
  const Tensor middle = relu(through(3, relu(through(1, x))) + x);
  const Tensor y = relu(through(8, relu(through(6, middle))) + through(9, middle));
  grade::check_equal("y", net(image), y, 1e-5);
}
