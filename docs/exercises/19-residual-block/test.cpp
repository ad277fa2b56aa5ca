#include "docs/exercises/19-residual-block/block.hpp"
#include "docs/exercises/grade.hpp"
#include "nn/layers.hpp"

using namespace glass;

namespace {

/// A convolution to two channels, and blocks behind it.
nn::Sequential network(const std::vector<Index>& channels) {
  Rng rng(19);
  nn::Sequential net;
  net.add(nn::Conv2d({.in_channels = 1, .out_channels = 2, .kernel_size = 3, .padding = 1}, rng),
          "x");
  Index in = 2;
  for (const Index out : channels) {
    add_block(net, in, out, rng);
    in = out;
  }
  return net;
}

Tensor image() {
  Rng rng(20);
  return Tensor::randn({2, 1, 5, 6}, rng).requires_grad(true);
}

/// What the convolutions of a network's only block make of x.
Tensor f(const nn::Sequential& net, const Tensor& x) { return net.layer(3)(relu(net.layer(1)(x))); }

/// Both of its convolutions give 0.
void silence(const nn::Sequential& net) {
  for (const Index layer : {1, 3}) {
    for (const nn::NamedTensor& each : net.layer(layer).parameters()) {
      std::ranges::fill(each.tensor.mutable_values(), real(0));
    }
  }
}

/// The largest element of the gradient to the image.
double gradient_of(nn::Sequential net) {
  const Tensor x = image();
  sum(net(x)).backward();
  double largest = 0;
  for (const real g : x.grad().values()) largest = std::fmax(largest, std::abs(g));
  return largest;
}

}  // namespace

TEST_CASE("the block has five layers, six if the shortcut has one, in the order that it promises") {
  const auto types = [](const nn::Sequential& net) {
    std::string all;
    for (Index i = 1; i < net.size(); ++i) all += std::string(net.layer(i).type()) + ' ';
    return all;
  };
  CHECK(types(network({2})) == "Conv2d ReLU Conv2d Add ReLU ");
  CHECK(types(network({3})) == "Conv2d ReLU Conv2d Conv2d Add ReLU ");
}

TEST_CASE("as many channels behind as before: y = relu(f(x) + x)") {
  nn::Sequential net = network({2});
  const Tensor x = net.layer(0)(image());
  grade::check_equal("y", net(image()), relu(f(net, x) + x));
}

TEST_CASE("more channels: the shortcut is a convolution that reads x") {
  nn::Sequential net = network({5});
  const Tensor x = net.layer(0)(image());
  const Tensor y = net(image());
  grade::check_equal("y", y, relu(f(net, x) + net.layer(4)(x)));
  grade::check_equal("numbers in the weight of the shortcut",
                     static_cast<double>(net.layer(4).parameters()[0].tensor.size()),
                     5 * 2 * 1 * 1);
}

TEST_CASE("a block whose f is 0 lets x through, and the gradient with it") {
  nn::Sequential net = network({2}), stem = network({});
  silence(net);
  const Tensor through = image(), direct = image();
  const Tensor y = net(through), x = relu(stem(direct));
  grade::check_equal("y", y, x);
  sum(y).backward();
  sum(x).backward();
  grade::check_equal("dx", through.grad(), direct.grad());
}

TEST_CASE("thirty blocks deep, the gradient still finds the image") {
  CHECK_MESSAGE(gradient_of(network(std::vector<Index>(30, 2))) > 1e-2,
                "the largest gradient to the image is less than 0.01");
}
