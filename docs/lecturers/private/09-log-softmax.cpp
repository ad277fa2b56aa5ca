#include <cmath>

#include "docs/lecturers/private/private.hpp"

using namespace glass;

namespace {

/// Logits around `centre`, and the logarithms of their probabilities by the definition.
struct Given {
  Tensor x, shifted, y;
  Given(Rng& rng, double centre) {
    const Shape shape{grade::between(rng, 3, 5), grade::between(rng, 6, 9)};
    const Index N = shape[0], K = shape[1];
    shifted = Tensor::randn(shape, rng, 2), x = Tensor::zeros(shape), y = Tensor::zeros(shape);
    for (Index n = 0; n < N; ++n) {
      double total = 0;
      for (Index k = 0; k < K; ++k) total += std::exp(shifted.data()[n * K + k]);
      for (Index i = n * K; i < (n + 1) * K; ++i) {
        x.mutable_data()[i] = shifted.data()[i] + centre;
        y.mutable_data()[i] = shifted.data()[i] - std::log(total);
      }
    }
  }
};

void check_gradient(double centre) {
  Rng rng = grade::seeded(9);
  const Given given(rng, centre);
  const auto [dy, dx] = grade::pulled(given.x, rng, [](const Tensor& x) { return log_softmax(x); });
  const Index N = dy.shape()[0], K = dy.shape()[1];
  const Tensor expected = dy.clone();
  for (Index n = 0; n < N; ++n)
    for (Index j = 0; j < K; ++j)
      for (Index k = 0; k < K; ++k) {
        expected.mutable_data()[n * K + j] -=
            std::exp(given.y.data()[n * K + j]) * dy.data()[n * K + k];
      }
  grade::check_equal("dx", dx, expected, 1e-8);
}

}  // namespace

TEST_CASE("2 points: other logits, and as many rows as the lecturer likes") {
  Rng rng = grade::seeded(1);
  const Given given(rng, 0);
  grade::check_equal("y", log_softmax(given.x), given.y, 1e-9);
}
TEST_CASE("2 points: logits around 5000 and around -5000") {
  for (const double centre : {5000.0, -5000.0}) {
    Rng rng = grade::seeded(2);
    const Given given(rng, centre);
    grade::check_equal("y", log_softmax(given.x), given.y, 1e-8);
  }
}
TEST_CASE("2 points: the gradient for a random dy") { check_gradient(0); }
TEST_CASE("1 point: the same at logits around 5000") { check_gradient(5000); }
