#include "autograd/gradcheck.hpp"
#include "docs/exercises/grade.hpp"

using namespace glass;

namespace {

/// One channel, or a few, with running mean 1 and running variance 3. With eps = 1 their standard
/// deviation counts as 2.
Tensor normalised(const Tensor& x, const Tensor& weight, const Tensor& bias, bool training) {
  const Shape channels{x.shape()[1]};
  return batch_norm2d(x, weight, bias, Tensor::full(channels, 1), Tensor::full(channels, 3),
                      {.training = training, .eps = training ? 3.0 : 1.0});
}

struct Gradients {
  Tensor x, weight;
};

/// Of one channel with this weight, whose output receives `dy`.
Gradients gradients(const std::vector<double>& values, double weight, const std::vector<double>& dy,
                    bool training) {
  const Shape shape{1, 1, 1, static_cast<Index>(values.size())};
  const Tensor x = Tensor::from(shape, values).requires_grad(true);
  const Tensor w = Tensor::full({1}, weight).requires_grad(true);
  normalised(x, w, Tensor::zeros({1}), training).backward(Tensor::from(shape, dy));
  return {x.grad(), w.grad()};
}

Tensor row(const std::vector<double>& values) {
  return Tensor::from({1, 1, 1, static_cast<Index>(values.size())}, values);
}

void check_gradients(const Shape& shape, bool training) {
  Rng rng(11);
  const Shape channels{shape[1]};
  const GradcheckResult result = gradcheck(
      [&](const std::vector<Tensor>& in) { return normalised(in[0], in[1], in[2], training); },
      {Tensor::randn(shape, rng), Tensor::uniform(channels, rng, 0.5, 2),
       Tensor::randn(channels, rng)});
  CHECK_MESSAGE(result.ok, result.message);
}

}  // namespace

TEST_CASE("evaluation: x = [3 5], mean 1, deviation 2, dy = [10 1]: the weight receives 12") {
  grade::check_equal("dweight", gradients({3, 5}, 1, {10, 1}, false).weight, Tensor::full({1}, 12));
}

TEST_CASE("evaluation: mean and deviation are constants, so dx is dy weight / deviation") {
  grade::check_equal("dx", gradients({3, 5}, 3, {1, 2}, false).x, row({1.5, 3}));
}

TEST_CASE("training: x = [-1 1] has mean 0 and, with eps = 3, deviation 2; xhat = [-1/2 1/2]") {
  grade::check_equal("dweight for dy = [1 3]", gradients({-1, 1}, 2, {1, 3}, true).weight,
                     Tensor::full({1}, 1));
}

TEST_CASE("training: to move all outputs alike is to move their mean, which is taken out again") {
  const Tensor dx = gradients({-1, 1, 4}, 2, {5, 5, 5}, true).x;
  grade::check_equal("1 + dx for dy = [5 5 5]", 1 + dx, row({1, 1, 1}));
}

TEST_CASE("training: what is left of dy = [1 3] once mean and scale are taken out") {
  // weight / deviation = 1; less the mean of dy, 2; less xhat times the mean of dy xhat, 1/2
  grade::check_equal("dx", gradients({-1, 1}, 2, {1, 3}, true).x, row({-0.75, 0.75}));
}

TEST_CASE("finite differences agree in evaluation, with a batch and several channels") {
  check_gradients({3, 2, 4, 5}, false);
}

TEST_CASE("finite differences agree in training: a channel's elements are those of all images") {
  check_gradients({3, 2, 4, 5}, true);
}

TEST_CASE("a frozen weight and bias get no gradient, and dx is as before") {
  Rng rng(12);
  const Tensor frozen = Tensor::full({2}, 1.5);
  const GradcheckResult result = gradcheck(
      [&](const std::vector<Tensor>& in) { return normalised(in[0], frozen, frozen, true); },
      {Tensor::randn({2, 2, 3, 3}, rng)});
  CHECK_MESSAGE(result.ok, result.message);
}
