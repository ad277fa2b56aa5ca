#include "autograd/gradcheck.hpp"

#include <iostream>

#include "autograd/ops.hpp"

int main() {
  using namespace glass;
  Rng rng(0);
  const Tensor x = Tensor::randn({2, 3, 5, 5}, rng), w = Tensor::randn({4, 3, 3, 3}, rng);
  const auto f = [](const std::vector<Tensor>& in) { return tanh(conv2d(in[0], in[1])); };
  const GradcheckResult result = gradcheck(f, {x, w});
  std::cout << (result.ok ? "the gradients are right" : result.message) << '\n';
  return result.ok ? 0 : 1;
}
