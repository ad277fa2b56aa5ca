#include <cmath>

#include "docs/lecturers/private/private.hpp"

using namespace glass;

namespace {

/// The gradients to x and to the weight, by the formulas of Ioffe and Szegedy, channel by channel.
void check(Rng rng, bool training) {
  const Index N = grade::between(rng, 2, 4), C = grade::between(rng, 2, 5),
              H = grade::between(rng, 2, 4), W = grade::between(rng, 5, 6);
  const double eps = rng.uniform(0.1, 1), M = static_cast<double>(N * H * W);
  const Tensor x = Tensor::randn({N, C, H, W}, rng, 2).requires_grad(true),
               dy = Tensor::randn({N, C, H, W}, rng);
  const Tensor weight = Tensor::uniform({C}, rng, 0.5, 2).requires_grad(true),
               bias = Tensor::randn({C}, rng);
  const Tensor running_mean = Tensor::randn({C}, rng),
               running_var = Tensor::uniform({C}, rng, 0.5, 2);
  const Tensor centres = running_mean.clone(), variances = running_var.clone();
  batch_norm2d(x, weight, bias, running_mean, running_var, {.training = training, .eps = eps})
      .backward(dy);

  const Tensor dx = Tensor::zeros(x.shape()), dw = Tensor::zeros({C});
  for (Index c = 0; c < C; ++c) {
    const auto sum = [&](const auto& f) {
      double total = 0;
      for (Index n = 0; n < N; ++n)
        for (Index i = 0; i < H * W; ++i) total += f((n * C + c) * H * W + i);
      return total;
    };
    double mean = centres.data()[c], variance = variances.data()[c];
    if (training) {
      mean = sum([&](Index i) { return x.data()[i]; }) / M;
      variance = sum([&](Index i) { return std::pow(x.data()[i] - mean, 2); }) / M;
    }
    const double deviation = std::sqrt(variance + eps);
    const auto xhat = [&](Index i) { return (x.data()[i] - mean) / deviation; };
    const double pulls = sum([&](Index i) { return dy.data()[i]; }),
                 turns = sum([&](Index i) { return dy.data()[i] * xhat(i); });
    dw.mutable_data()[c] = turns;
    sum([&](Index i) {
      const double through = training ? (pulls + xhat(i) * turns) / M : 0;
      dx.mutable_data()[i] = weight.data()[c] / deviation * (dy.data()[i] - through);
      return 0.0;
    });
  }
  grade::check_equal("dweight", weight.grad(), dw, 1e-8);
  grade::check_equal("dx", x.grad(), dx, 1e-8);
}

}  // namespace

TEST_CASE("3 points: training, at other sizes") { check(grade::seeded(1), true); }
TEST_CASE("2 points: evaluation, at other sizes") { check(grade::seeded(2), false); }
