#include <cmath>

#include "autograd/gradcheck.hpp"
#include "docs/exercises/grade.hpp"

using namespace glass;

namespace {

Tensor row(const std::vector<double>& values) {
  return Tensor::from({1, static_cast<Index>(values.size())}, values);
}

/// The gradient to x, where the operation's output receives `dy`.
Tensor dx(const Tensor& x, const Tensor& dy) {
  const Tensor logits = x.clone().requires_grad(true);
  log_softmax(logits).backward(dy);
  return logits.grad();
}

void check_gradients(const Shape& shape) {
  Rng rng(9);
  const GradcheckResult result =
      gradcheck([](const std::vector<Tensor>& in) { return log_softmax(in[0]); },
                {Tensor::randn(shape, rng, 2)});
  CHECK_MESSAGE(result.ok, result.message);
}

}  // namespace

TEST_CASE("two equal logits: each has the probability 1/2") {
  grade::check_equal("y of [0 0]", log_softmax(row({0, 0})), row({-std::log(2), -std::log(2)}));
}

TEST_CASE("logits log 1 and log 3: probabilities 1/4 and 3/4") {
  grade::check_equal("y", log_softmax(row({0, std::log(3)})),
                     row({std::log(0.25), std::log(0.75)}));
}

TEST_CASE("each row is a question of its own") {
  grade::check_equal(
      "y of [0 0] and [log 3, 0]", log_softmax(Tensor::from({2, 2}, {0, 0, std::log(3), 0})),
      Tensor::from({2, 2}, {std::log(0.5), std::log(0.5), std::log(0.75), std::log(0.25)}));
}

TEST_CASE("logits of 1000, where e^x is infinite") {
  grade::check_equal("y of [1000 1000]", log_softmax(row({1000, 1000})),
                     row({-std::log(2), -std::log(2)}));
  grade::check_equal("y of [1000 0]", log_softmax(row({1000, 0})), row({0, -1000}));
}

TEST_CASE("logits of -1000, where every e^x is 0") {
  grade::check_equal("y of [-1000 -1000]", log_softmax(row({-1000, -1000})),
                     row({-std::log(2), -std::log(2)}));
  grade::check_equal("the same below a row of [1000 1000]",
                     log_softmax(Tensor::from({2, 2}, {1000, 1000, -1000, -1000})),
                     Tensor::full({2, 2}, -std::log(2)));
}

TEST_CASE("a small probability: its logarithm is exact where the probability itself is 0") {
  grade::check_equal("y of [0 800 0]", log_softmax(row({0, 800, 0})), row({-800, 0, -800}));
}

TEST_CASE("the gradient at two equal logits: dy = [1 0] pulls one up, the other down") {
  grade::check_equal("dx of [0 0]", dx(row({0, 0}), row({1, 0})), row({0.5, -0.5}));
}

TEST_CASE("probabilities 1/4 and 3/4, dy = [1 10]: dy less the probability's share of 11") {
  grade::check_equal("dx", dx(row({0, std::log(3)}), row({1, 10})), row({-1.75, 1.75}));
}

TEST_CASE("the gradient of each row comes from that row's dy alone") {
  grade::check_equal("dx of [0 0] and [0 0], dy = [1 0] and [0 0]",
                     dx(Tensor::zeros({2, 2}), Tensor::from({2, 2}, {1, 0, 0, 0})),
                     Tensor::from({2, 2}, {0.5, -0.5, 0, 0}));
}

TEST_CASE("the gradient at logits of 1000") {
  grade::check_equal("dx of [1000 1000 0]", dx(row({1000, 1000, 0}), row({1, 0, 0})),
                     row({0.5, -0.5, 0}));
}

TEST_CASE("finite differences agree") {
  check_gradients({3, 5});
  check_gradients({4, 2});
}
