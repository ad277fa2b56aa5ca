#include "autograd/kernels/pool2d.hpp"
#include "docs/lecturers/private/private.hpp"

using namespace glass;

namespace {

/// Few different numbers, so that many are equal.
Tensor small_integers(const Shape& shape, Rng& rng) {
  const Tensor x = Tensor::zeros(shape);
  for (real& value : x.mutable_values()) value = static_cast<real>(grade::between(rng, -4, -1));
  return x;
}

void check(Rng rng, const Pool2dOptions& options) {
  const Shape shape{grade::between(rng, 2, 3), grade::between(rng, 2, 3), grade::between(rng, 7, 9),
                    grade::between(rng, 6, 8)};
  const Tensor x = small_integers(shape, rng);
  const kernels::Window g =
      sliding_window("max_pool2d", shape, shape[1], options.kernel,
                     options.stride == 0 ? options.kernel : options.stride, options.padding);
  const Tensor y = Tensor::zeros({g.N, g.C, g.P, g.Q}), expected = Tensor::zeros(shape);
  kernels::reference::max_pool2d(x.data(), y.mutable_data(), g);
  grade::check_equal("y", max_pool2d(x, options), y, 1e-9);
  const auto [dy, dx] =
      grade::pulled(x, rng, [&](const Tensor& in) { return max_pool2d(in, options); });
  kernels::reference::max_pool2d_dx(dy.data(), x.data(), y.data(), expected.mutable_data(), g);
  grade::check_equal("dx", dx, expected, 1e-9);
}

}  // namespace

TEST_CASE("2 points: other sizes, negative and often equal numbers") {
  check(grade::seeded(1), {.kernel = {2, 3}});
}
TEST_CASE("2 points: windows that overlap") {
  check(grade::seeded(2), {.kernel = 3, .stride = {1, 2}});
}
TEST_CASE("2 points: padding and strides") {
  check(grade::seeded(3), {.kernel = {4, 3}, .stride = {3, 2}, .padding = {2, 1}});
}
