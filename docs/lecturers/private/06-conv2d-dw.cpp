#include "docs/lecturers/private/conv2d.hpp"

using namespace glass;

namespace {

void check_dw(Rng rng, Size2 stride, Size2 padding) {
  const grade::Convolution c(rng, stride, padding);
  const auto [dy, dw] =
      grade::pulled(c.w, rng, [&](const Tensor& w) { return conv2d(c.x, w, c.b, c.options()); });
  const Tensor expected = Tensor::zeros(c.w.shape());
  kernels::reference::conv2d_dw(dy.data(), c.x.data(), expected.mutable_data(), c.g);
  grade::check_equal("dw", dw, expected, 1e-9);
}

}  // namespace

TEST_CASE("2 points: dw at other sizes") { check_dw(grade::seeded(1), 1, 0); }
TEST_CASE("2 points: dw with padding and strides") { check_dw(grade::seeded(2), {2, 3}, {1, 2}); }
TEST_CASE("2 points: dbias at other sizes") {
  Rng rng = grade::seeded(3);
  const grade::Convolution c(rng, {1, 2}, 1);
  const auto [dy, db] =
      grade::pulled(c.b, rng, [&](const Tensor& b) { return conv2d(c.x, c.w, b, c.options()); });
  const Tensor expected = Tensor::zeros(c.b.shape());
  kernels::reference::sum_per_channel(dy.data(), expected.mutable_data(), c.g.N, c.g.K,
                                      c.g.P * c.g.Q);
  grade::check_equal("dbias", db, expected, 1e-9);
}
