#include "docs/lecturers/private/conv2d.hpp"

using namespace glass;

namespace {

void check_dx(Rng rng, Size2 stride, Size2 padding) {
  const grade::Convolution c(rng, stride, padding);
  const auto [dy, dx] =
      grade::pulled(c.x, rng, [&](const Tensor& x) { return conv2d(x, c.w, c.b, c.options()); });
  const Tensor expected = Tensor::zeros(c.x.shape());
  kernels::reference::conv2d_dx(dy.data(), c.w.data(), expected.mutable_data(), c.g);
  grade::check_equal("dx", dx, expected, 1e-9);
}

}  // namespace

TEST_CASE("2 points: other sizes") { check_dx(grade::seeded(1), 1, 0); }
TEST_CASE("2 points: padding, another in height than in width") {
  check_dx(grade::seeded(2), 1, {2, 1});
}
TEST_CASE("2 points: strides, one that leaves a rest") { check_dx(grade::seeded(3), {2, 3}, 0); }
TEST_CASE("2 points: strides and padding") { check_dx(grade::seeded(4), {3, 2}, {1, 2}); }
