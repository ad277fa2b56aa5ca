#include "autograd/kernels/reference/reference.hpp"
#include "docs/lecturers/private/private.hpp"

using namespace glass;

namespace {

struct Given {
  Tensor x;
  Index planes, H, W;
  explicit Given(Rng& rng) {
    const Shape shape{grade::between(rng, 2, 3), grade::between(rng, 2, 4),
                      grade::between(rng, 4, 6), grade::between(rng, 7, 9)};
    x = Tensor::randn(shape, rng);
    planes = shape[0] * shape[1], H = shape[2], W = shape[3];
  }
};

void check_value(Rng rng, const TotalVariationOptions& options) {
  const Given g(rng);
  grade::check_equal(text("y, beta ", options.beta), total_variation(g.x, options).item(),
                     kernels::reference::total_variation(g.x.data(), g.planes, g.H, g.W,
                                                         options.beta, options.eps),
                     1e-9);
}

void check_gradient(Rng rng, const TotalVariationOptions& options) {
  const Given g(rng);
  const auto [dy, dx] =
      grade::pulled(g.x, rng, [&](const Tensor& x) { return total_variation(x, options); });
  const Tensor expected = Tensor::zeros(g.x.shape());
  kernels::reference::total_variation_dx(g.x.data(), expected.mutable_data(), g.planes, g.H, g.W,
                                         options.beta, options.eps, dy.item());
  grade::check_equal(text("dx, beta ", options.beta), dx, expected, 1e-9);
}

}  // namespace

TEST_CASE("2 points: the sum at other sizes, for another beta") {
  Rng rng = grade::seeded(1);
  const double beta = rng.uniform(1.1, 2.9);
  check_value(rng, {.beta = beta, .eps = 0.03});
  check_value(rng, {.beta = 2, .eps = 0});
}
TEST_CASE("3 points: the gradient at other sizes, for another beta and a random dy") {
  Rng rng = grade::seeded(2);
  const double beta = rng.uniform(1.1, 2.9);
  check_gradient(rng, {.beta = beta, .eps = 0.03});
}
TEST_CASE("1 point: beta below 1, where no root is saved") {
  check_gradient(grade::seeded(3), {.beta = 0.7, .eps = 0.1});
}
