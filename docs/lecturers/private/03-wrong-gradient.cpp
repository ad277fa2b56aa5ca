#include "autograd/gradcheck.hpp"
#include "docs/lecturers/private/private.hpp"

using namespace glass;

TEST_CASE("3 points: all four agree with finite differences at other shapes") {
  Rng rng = grade::seeded(3);
  const Shape rows{grade::between(rng, 2, 5), grade::between(rng, 5, 8)};
  const double slope = rng.uniform(0.1, 0.6);
  const auto check = [&](const TensorFunction& f, const std::vector<Tensor>& inputs) {
    const GradcheckResult result = gradcheck(f, inputs);
    CHECK_MESSAGE(result.ok, result.message);
  };
  const Tensor a = Tensor::randn(rows, rng, 2), b = Tensor::randn(rows, rng);
  check([=](const std::vector<Tensor>& in) { return leaky_relu(in[0], slope); }, {a});
  check([](const std::vector<Tensor>& in) { return mse(in[0], in[1]); }, {a, b});
  check([](const std::vector<Tensor>& in) { return unit_rows(in[0]); }, {a});
  check(
      [](const std::vector<Tensor>& in) {
        return avg_pool2d(in[0], {.kernel = 3, .stride = {2, 1}});
      },
      {Tensor::randn({2, 2, 7, grade::between(rng, 5, 8)}, rng)});
}
