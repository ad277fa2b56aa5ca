#include "autograd/kernels/reference/reference.hpp"
#include "docs/lecturers/private/private.hpp"

using namespace glass;

TEST_CASE("3 points: sum and gradient at other sizes, for another beta") {
  Rng rng = grade::seeded(16);
  for (int i = 0; i < 4; ++i) {
    const Index planes = grade::between(rng, 1, 4), H = grade::between(rng, 1, 6),
                W = grade::between(rng, 1, 6);
    const Tensor x = Tensor::randn({planes, 1, H, W}, rng);
    const double beta = rng.uniform(1.2, 2.8), eps = 0.05;
    const auto [dy, dx] = grade::pulled(
        x, rng, [=](const Tensor& in) { return total_variation(in, {.beta = beta, .eps = eps}); });
    grade::check_equal(
        text("y of ", x.shape()), total_variation(x, {.beta = beta, .eps = eps}).item(),
        kernels::reference::total_variation(x.data(), planes, H, W, beta, eps), 1e-9);
    const Tensor expected = Tensor::zeros(x.shape());
    kernels::reference::total_variation_dx(x.data(), expected.mutable_data(), planes, H, W, beta,
                                           eps, dy.item());
    grade::check_equal(text("1 + dx of ", x.shape()), 1 + dx, 1 + expected, 1e-9);
  }
}
