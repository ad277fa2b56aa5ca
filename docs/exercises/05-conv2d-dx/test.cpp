#include "autograd/gradcheck.hpp"
#include "docs/exercises/grade.hpp"

using namespace glass;

namespace {

/// The gradient to x of a convolution with one channel in and out, whose output receives `dy`.
Tensor dx(const Tensor& x, const Tensor& weight, const Tensor& dy,
          const Conv2dOptions& options = {}) {
  const Tensor image = x.clone().requires_grad(true);
  conv2d(image, weight, {}, options).backward(dy);
  return image.grad();
}

Tensor counting(const Shape& shape) {
  const Tensor tensor = Tensor::zeros(shape);
  for (Index i = 0; i < tensor.size(); ++i) tensor.mutable_data()[i] = static_cast<real>(i + 1);
  return tensor;
}

void check_gradients(const Shape& x, const Shape& weight, const Conv2dOptions& options) {
  Rng rng(5);
  const GradcheckResult result =
      gradcheck([&](const std::vector<Tensor>& in) { return conv2d(in[0], in[1], {}, options); },
                {Tensor::randn(x, rng), Tensor::randn(weight, rng)});
  CHECK_MESSAGE(result.ok, result.message);
}

}  // namespace

TEST_CASE("a kernel of one weight: dx is dy times that weight") {
  const Tensor dy = counting({1, 1, 2, 3});
  grade::check_equal("dx", dx(Tensor::zeros({1, 1, 2, 3}), Tensor::full({1, 1, 1, 1}, 3), dy),
                     3 * dy);
}

TEST_CASE("an image as large as the kernel: dx is the kernel times the only dy") {
  const Tensor weight = counting({1, 1, 3, 3});
  grade::check_equal("dx", dx(Tensor::zeros({1, 1, 3, 3}), weight, Tensor::full({1, 1, 1, 1}, 2)),
                     2 * weight);
}

TEST_CASE("a pixel that several outputs read receives from each of them") {
  const Tensor weight = Tensor::from({1, 1, 1, 2}, {1, 10});
  grade::check_equal("dx",
                     dx(Tensor::zeros({1, 1, 1, 4}), weight, Tensor::from({1, 1, 1, 3}, {1, 2, 3})),
                     Tensor::from({1, 1, 1, 4}, {1, 12, 23, 30}));
}

TEST_CASE("what falls into the padding goes nowhere, not into the rows above and below") {
  const Tensor weight = Tensor::from({1, 1, 1, 3}, {1, 10, 100});
  const Tensor dy = Tensor::from({1, 1, 3, 3}, {0, 0, 0, 1, 2, 3, 0, 0, 0});
  grade::check_equal("dx", dx(Tensor::zeros({1, 1, 3, 3}), weight, dy, {.padding = {0, 1}}),
                     Tensor::from({1, 1, 3, 3}, {0, 0, 0, 12, 123, 230, 0, 0, 0}));
}

TEST_CASE("a stride of 2 skips pixels") {
  const Tensor weight = Tensor::from({1, 1, 1, 1}, {7});
  grade::check_equal(
      "dx",
      dx(Tensor::zeros({1, 1, 1, 5}), weight, Tensor::from({1, 1, 1, 3}, {1, 2, 3}), {.stride = 2}),
      Tensor::from({1, 1, 1, 5}, {7, 0, 14, 0, 21}));
}

TEST_CASE("finite differences agree, with a batch and several channels") {
  check_gradients({2, 3, 5, 4}, {4, 3, 3, 2}, {});
}

TEST_CASE("finite differences agree, with padding and stride, each different in height and width") {
  check_gradients({2, 2, 6, 5}, {3, 2, 3, 2}, {.stride = {2, 1}, .padding = {1, 2}});
}
