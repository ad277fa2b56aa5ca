#include "docs/lecturers/private/private.hpp"

using namespace glass;

namespace {

/// sum_k a[i,k] b[k,j]
Tensor product(const Tensor& a, const Tensor& b) {
  const Index I = a.shape()[0], K = a.shape()[1], J = b.shape()[1];
  const Tensor c = Tensor::zeros({I, J});
  for (Index i = 0; i < I; ++i)
    for (Index j = 0; j < J; ++j)
      for (Index k = 0; k < K; ++k) {
        c.mutable_data()[i * J + j] += a.data()[i * K + k] * b.data()[k * J + j];
      }
  return c;
}

Tensor transposed(const Tensor& a) {
  const Index I = a.shape()[0], J = a.shape()[1];
  const Tensor b = Tensor::zeros({J, I});
  for (Index i = 0; i < I; ++i)
    for (Index j = 0; j < J; ++j) b.mutable_data()[j * I + i] = a.data()[i * J + j];
  return b;
}

/// A batch, weights and a bias of the lecturer's sizes: N, in and out are all different.
struct Given {
  Rng rng = grade::seeded(4);
  Index N = grade::between(rng, 2, 4), in = grade::between(rng, 5, 7),
        out = grade::between(rng, 8, 10);
  Tensor x = Tensor::randn({N, in}, rng), w = Tensor::randn({out, in}, rng),
         b = Tensor::randn({out}, rng);
};

}  // namespace

TEST_CASE("2 points: dx at other sizes") {
  Given g;
  const auto [dy, dx] =
      grade::pulled(g.x, g.rng, [&](const Tensor& x) { return linear(x, g.w, g.b); });
  grade::check_equal("dx", dx, product(dy, g.w), 1e-9);
}

TEST_CASE("2 points: dw at other sizes") {
  Given g;
  const auto [dy, dw] =
      grade::pulled(g.w, g.rng, [&](const Tensor& w) { return linear(g.x, w, g.b); });
  grade::check_equal("dw", dw, product(transposed(dy), g.x), 1e-9);
}

TEST_CASE("1 point: dbias at other sizes") {
  Given g;
  const auto [dy, db] =
      grade::pulled(g.b, g.rng, [&](const Tensor& b) { return linear(g.x, g.w, b); });
  grade::check_equal("dbias", reshape(db, {1, g.out}), product(Tensor::full({1, g.N}, 1), dy),
                     1e-9);
}

TEST_CASE("1 point: one input, one output, one row") {
  Rng rng = grade::seeded(5);
  const double x = rng.uniform(1, 2), w = rng.uniform(1, 2), dy = rng.uniform(1, 2);
  const Tensor input = Tensor::full({1, 1}, x).requires_grad(true),
               weight = Tensor::full({1, 1}, w);
  linear(input, weight).backward(Tensor::full({1, 1}, dy));
  grade::check_equal("dx", input.grad(), Tensor::full({1, 1}, w * dy), 1e-9);
}
