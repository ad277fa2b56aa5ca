#include <cmath>

#include "docs/lecturers/private/private.hpp"
#include "optim/adamw.hpp"

using namespace glass;

namespace {

/// Kingma and Ba, algorithm 1, one number at a time, with weight decay as in AdamW or in the gradient.
struct Naive {
  optim::AdamOptions options;
  bool decoupled;
  std::vector<double> x, m, v;
  int t = 0;

  void step(const std::vector<double>& gradient) {
    ++t;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double g = gradient[i] + (decoupled ? 0 : options.weight_decay * x[i]);
      m[i] = options.beta1 * m[i] + (1 - options.beta1) * g;
      v[i] = options.beta2 * v[i] + (1 - options.beta2) * g * g;
      const double mean = m[i] / (1 - std::pow(options.beta1, t)),
                   square = v[i] / (1 - std::pow(options.beta2, t));
      if (decoupled) x[i] -= options.lr * options.weight_decay * x[i];
      x[i] -= options.lr * mean / (std::sqrt(square) + options.eps);
    }
  }
};

void check(Rng rng, bool decoupled, double weight_decay) {
  const Index n = grade::between(rng, 5, 9);
  const optim::AdamOptions options{.lr = rng.uniform(0.01, 0.1),
                                   .beta1 = rng.uniform(0.5, 0.9),
                                   .beta2 = rng.uniform(0.7, 0.99),
                                   .eps = 1e-3,
                                   .weight_decay = weight_decay};
  const Tensor x = Tensor::randn({n}, rng).requires_grad(true);
  const auto size = static_cast<std::size_t>(n);
  Naive naive{options,
              decoupled,
              {x.values().begin(), x.values().end()},
              std::vector<double>(size),
              std::vector<double>(size)};
  optim::Adam adam({x}, options);
  optim::AdamW adamw({x}, {options.lr, options.beta1, options.beta2, options.eps, weight_decay});
  optim::Optimiser& optimiser = decoupled ? adamw : adam;
  for (int step = 0; step < 7; ++step) {
    const Tensor gradient = Tensor::randn({n}, rng);
    optimiser.zero_grad();
    x.backward(gradient);
    optimiser.step();
    naive.step({gradient.values().begin(), gradient.values().end()});
  }
  grade::check_equal("x after 7 steps", x, Tensor::from({n}, naive.x), 1e-4);
}

}  // namespace

TEST_CASE("3 points: seven steps of Adam with other options") { check(grade::seeded(1), false, 0); }
TEST_CASE("2 points: with weight decay in the gradient") { check(grade::seeded(2), false, 0.3); }
TEST_CASE("2 points: AdamW, with weight decay beside it") { check(grade::seeded(3), true, 0.3); }
