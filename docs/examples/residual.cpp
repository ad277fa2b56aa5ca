#include <iostream>
#include <numbers>

#include "autograd/node.hpp"
#include "autograd/statistics.hpp"
#include "nn/layers.hpp"
#include "optim/adam.hpp"
#include "viz/pictures/png.hpp"
#include "viz/pictures/sheet.hpp"

using namespace glass;

nn::Linear linear(Index in, Index out, Rng& rng) {
  return nn::Linear({.in_features = in, .out_features = out}, rng);
}

/// y = f(x), or with a skip y = x + f(x): the block's end reads its beginning once more.
void add_block(nn::Sequential& net, Index width, bool skip, Rng& rng) {
  const std::string x = std::to_string(net.size() - 1);
  net.add(linear(width, width, rng)).add(nn::Tanh()).add(linear(width, width, rng));
  if (skip) net.add(nn::Add(), "", {x, std::to_string(net.size() - 1)});
}

/// Two arms that wind around each other, a point of one and a point of the other in turn. [points,2]
Tensor spirals(Index points) {
  std::vector<double> xy;
  for (Index i = 0; i < points; ++i) {
    const double r = 0.1 + 0.9 * static_cast<double>(i) / static_cast<double>(points);
    const double angle = std::numbers::pi * (3 * r + static_cast<double>(i % 2));
    xy.insert(xy.end(), {r * std::cos(angle), r * std::sin(angle)});
  }
  return Tensor::from({points, 2}, xy);
}

/// How sure the network is of the second arm, in each point of the square from -1 to 1.
viz::Image plane(nn::Sequential& net) {
  constexpr Index side = 56;
  std::vector<double> points;
  for (Index i = 0; i < side * side; ++i) {
    points.push_back(2 * static_cast<double>(i % side) / (side - 1) - 1);
    points.push_back(1 - 2 * static_cast<double>(i / side) / (side - 1));
  }
  const NoGrad no_grad;
  const Tensor answers = softmax(net(Tensor::from({side * side, 2}, points)));
  return viz::to_image(reshape(narrow(answers, 1, 1, 1), {1, 1, side, side}), 0);
}

/// Forty layers learn which arm a point is on, if the gradient finds its way to the first of them.
int main() {
  const Tensor x = spirals(120);
  std::vector<Index> arms;
  for (Index i = 0; i < 120; ++i) arms.push_back(i % 2);
  std::vector<viz::Tile> pictures;
  for (const bool skip : {false, true}) {
    Rng rng(0);
    nn::Sequential net;
    net.add(linear(2, 16, rng));
    for (int block = 0; block < 20; ++block) add_block(net, 16, skip, rng);
    net.add(nn::Tanh()).add(linear(16, 2, rng));

    const std::string name = skip ? "with skips" : "without";
    const std::vector<Tensor> weights = nn::tensors(net.parameters());
    optim::Adam adam(weights, {.lr = 0.002});
    for (int step = 0; step <= 200; ++step) {
      adam.zero_grad();
      const Tensor loss = cross_entropy(net(x), arms);
      loss.backward();
      if (step % 100 == 0) {
        std::cout << name << ", step " << step << ": loss " << loss.item()
                  << ", first layer's gradient " << statistics(weights[0].grad()).l2 << '\n';
      }
      adam.step();
    }
    pictures.push_back({plane(net), {name}});
  }
  viz::write_png("residual.png", viz::make_sheet(pictures, 2));
}
