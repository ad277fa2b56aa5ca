#include "autograd/gradcheck.hpp"
#include "docs/exercises/grade.hpp"

using namespace glass;

namespace {

/// With beta = 2 and eps = 0: the sum of the squared differences.
double squares(const Tensor& x) { return total_variation(x, {.beta = 2, .eps = 0}).item(); }

Tensor image(Index height, Index width, const std::vector<double>& values) {
  return Tensor::from({1, 1, height, width}, values);
}

/// The same pixels elsewhere: y[h,w] = x[from(h, w)], in a height x width image.
template <class From>
Tensor moved(const Tensor& x, Index height, Index width, From from) {
  const Tensor y = Tensor::zeros({1, 1, height, width});
  for (Index h = 0; h < height; ++h) {
    for (Index w = 0; w < width; ++w) y.mutable_data()[h * width + w] = x.data()[from(h, w)];
  }
  return y;
}

}  // namespace

TEST_CASE("finite differences agree with the gradient") {
  Rng rng(16);
  const GradcheckResult result =
      gradcheck([](const std::vector<Tensor>& in) { return total_variation(in[0], {.beta = 1.5}); },
                {Tensor::randn({2, 2, 4, 5}, rng)});
  CHECK_MESSAGE(result.ok, result.message);
}

TEST_CASE("one row, [0 3 4]: 9 + 1") {
  grade::check_equal("y", squares(image(1, 3, {0, 3, 4})), 10);
}

TEST_CASE("one column, [0 3 4]: 9 + 1") {
  grade::check_equal("y", squares(image(3, 1, {0, 3, 4})), 10);
}

TEST_CASE("two equal rows, [0 1; 0 1]: 1 + 1") {
  grade::check_equal("y", squares(image(2, 2, {0, 1, 0, 1})), 2);
}

TEST_CASE("an image and its mirror images have the same squared differences") {
  Rng rng(17);
  const Tensor x = Tensor::randn({1, 1, 3, 4}, rng);
  const double y = squares(x);
  grade::check_equal("left and right swapped",
                     squares(moved(x, 3, 4, [](Index h, Index w) { return h * 4 + 3 - w; })), y);
  grade::check_equal("top and bottom swapped",
                     squares(moved(x, 3, 4, [](Index h, Index w) { return (2 - h) * 4 + w; })), y);
}

TEST_CASE("rows and columns swapped: the same for every beta") {
  Rng rng(18);
  const Tensor x = Tensor::randn({1, 1, 3, 4}, rng);
  const Tensor transposed = moved(x, 4, 3, [](Index h, Index w) { return w * 4 + h; });
  for (const double beta : {1.0, 1.5, 3.0}) {
    grade::check_equal(text("y for beta ", beta),
                       total_variation(transposed, {.beta = beta}).item(),
                       total_variation(x, {.beta = beta}).item());
  }
}

TEST_CASE("a batch, and channels: the sum of what each plane has by itself") {
  grade::check_equal("y of [0 3] and [100 101], in a batch",
                     squares(Tensor::from({2, 1, 1, 2}, {0, 3, 100, 101})), 10);
  grade::check_equal("y of the same, as channels",
                     squares(Tensor::from({1, 2, 1, 2}, {0, 3, 100, 101})), 10);
  grade::check_equal("y of the same, standing, in a batch",
                     squares(Tensor::from({2, 1, 2, 1}, {0, 3, 100, 101})), 10);
}

TEST_CASE("the gradient of [0 1; 0 1]: each left pixel is pulled up, each right one down") {
  const Tensor x = image(2, 2, {0, 1, 0, 1}).requires_grad(true);
  total_variation(x, {.beta = 2, .eps = 0}).backward();
  grade::check_equal("dx", x.grad(), image(2, 2, {-2, 2, -2, 2}));
}
