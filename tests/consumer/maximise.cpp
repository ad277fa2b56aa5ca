#include <iostream>

#include "autograd/ops.hpp"
#include "nn/io/model_file.hpp"
#include "optim/adam.hpp"

#ifdef __AVX__
#error "glassgrad's own options, of which -march=native is one, have reached another project"
#endif

/// The README's program, for a few steps: the logit must rise.
int main() {
  using namespace glass;
  nn::Model model = nn::load_model(WEIGHTS_DIR "/mnist-robust.json");
  model.eval();
  model.requires_grad(false);
  Rng rng(0);
  Tensor image = Tensor::randn({1, 1, 28, 28}, rng, 0.1, 0.5).requires_grad(true);

  optim::Adam ascend({image}, {.lr = 0.05});
  double first = 0, last = 0;
  for (int step = 0; step < 16; ++step) {
    ascend.zero_grad();
    Tensor logit = at(model(image), {0, 3});
    last = logit.item();
    if (step == 0) first = last;
    Tensor loss = -logit + 0.05 * total_variation(image, {.beta = 2});
    loss.backward();
    ascend.step();
  }
  std::cout << "logit of class 3: from " << first << " to " << last << '\n';
  return last > first + 1 ? 0 : 1;
}
