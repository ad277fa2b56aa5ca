#include "autograd/gradcheck.hpp"
#include "docs/exercises/grade.hpp"

using namespace glass;

namespace {

Tensor row(const std::vector<double>& values) {
  return Tensor::from({1, 1, 1, static_cast<Index>(values.size())}, values);
}
Tensor column(const std::vector<double>& values) {
  return Tensor::from({1, 1, static_cast<Index>(values.size()), 1}, values);
}

void check_value(const std::string& what, const Tensor& x, const TotalVariationOptions& options,
                 double expected) {
  grade::check_equal(what, total_variation(x, options).item(), expected);
}

/// The gradient to x, where the operation's output receives `dy`.
Tensor dx(const Tensor& x, const TotalVariationOptions& options, double dy = 1) {
  const Tensor image = x.clone().requires_grad(true);
  total_variation(image, options).backward(Tensor::scalar(dy));
  return image.grad();
}

void check_gradients(const Shape& shape, const TotalVariationOptions& options) {
  Rng rng(15);
  const GradcheckResult result =
      gradcheck([&](const std::vector<Tensor>& in) { return total_variation(in[0], options); },
                {Tensor::randn(shape, rng)});
  CHECK_MESSAGE(result.ok, text("beta ", options.beta, ": ", result.message));
}

}  // namespace

TEST_CASE("a flat image of 2 x 3 pixels: each of the six adds eps^(beta/2), here 8") {
  check_value("y", Tensor::full({1, 1, 2, 3}, 0.7), {.beta = 3, .eps = 4}, 48);
}

TEST_CASE("[0 3 4], lying and standing: 9 + 1, and nothing across the border") {
  check_value("y of the row", row({0, 3, 4}), {.beta = 2, .eps = 0}, 10);
  check_value("y of the column", column({0, 3, 4}), {.beta = 2, .eps = 0}, 10);
}

TEST_CASE("[0 3; 4 9], beta 1: 5 + 6 + 5 + 0, since a pixel's two differences share one root") {
  check_value("y", Tensor::from({1, 1, 2, 2}, {0, 3, 4, 9}), {.beta = 1, .eps = 0}, 16);
}

TEST_CASE("images of a batch, and channels, know nothing of each other") {
  const std::vector<double> pixels{0, 3, 100, 101, 500, 500, 700, 702};
  check_value("y of two images, two channels each", Tensor::from({2, 2, 1, 2}, pixels),
              {.beta = 2, .eps = 0}, 9 + 1 + 4);
  check_value("the same, standing", Tensor::from({2, 2, 2, 1}, pixels), {.beta = 2, .eps = 0},
              9 + 1 + 4);
}

TEST_CASE("the gradient of [0 3 4], beta 2: each difference pulls both of its pixels") {
  const TotalVariationOptions options{.beta = 2, .eps = 0};
  grade::check_equal("dx of the row", dx(row({0, 3, 4}), options), row({-6, 4, 2}));
  grade::check_equal("dx of the column", dx(column({0, 3, 4}), options), column({-6, 4, 2}));
}

TEST_CASE("the gradient of [0 3; 4 4], beta 1: the first pixel's root, 5, divides its two shares") {
  grade::check_equal("dx", dx(Tensor::from({1, 1, 2, 2}, {0, 3, 4, 4}), {.beta = 1, .eps = 0}),
                     Tensor::from({1, 1, 2, 2}, {-7.0 / 5, 3.0 / 5 - 1, 4.0 / 5, 1}));
}

TEST_CASE("a bright pixel in 3 x 3: shares from the left, from above and of its own add up") {
  grade::check_equal(
      "dx", dx(Tensor::from({1, 1, 3, 3}, {0, 0, 0, 0, 1, 0, 0, 0, 0}), {.beta = 2, .eps = 0}),
      Tensor::from({1, 1, 3, 3}, {0, -2, 0, -2, 8, -2, 0, -2, 0}));
}

TEST_CASE("what arrives from above is a factor") {
  grade::check_equal("dx for dy = 3", dx(row({0, 3, 4}), {.beta = 2, .eps = 0}, 3),
                     row({-18, 12, 6}));
}

TEST_CASE("at flat pixels the gradient is 0, even for beta 1 and eps 0, where it is a quotient") {
  grade::check_equal("1 + dx", 1 + dx(Tensor::full({1, 1, 2, 2}, 0.7), {.beta = 1, .eps = 0}),
                     Tensor::full({1, 1, 2, 2}, 1));
}

TEST_CASE("finite differences agree for several beta, with a batch and channels") {
  for (const double beta : {1.0, 1.5, 2.0, 3.0}) {
    check_gradients({2, 3, 4, 5}, {.beta = beta, .eps = 1e-2});
  }
}

TEST_CASE("and where an image is one row, or one column") {
  check_gradients({2, 2, 1, 5}, {.beta = 1.5, .eps = 1e-2});
  check_gradients({2, 2, 5, 1}, {.beta = 1.5, .eps = 1e-2});
}
