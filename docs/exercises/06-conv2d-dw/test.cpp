#include "autograd/gradcheck.hpp"
#include "docs/exercises/grade.hpp"

using namespace glass;

namespace {

/// The gradient to the weights of a convolution of x with a kernel of this shape, whose output
/// receives `dy`.
Tensor dw(const Tensor& x, const Shape& kernel, const Tensor& dy,
          const Conv2dOptions& options = {}) {
  const Tensor weight = Tensor::zeros(kernel).requires_grad(true);
  conv2d(x, weight, {}, options).backward(dy);
  return weight.grad();
}

Tensor dbias(const Tensor& dy) {
  const Index channels = dy.shape()[1];
  const Tensor bias = Tensor::zeros({channels}).requires_grad(true);
  const Tensor x = Tensor::zeros({dy.shape()[0], 1, dy.shape()[2], dy.shape()[3]});
  conv2d(x, Tensor::zeros({channels, 1, 1, 1}), bias).backward(dy);
  return bias.grad();
}

void check_gradients(const Shape& x, const Shape& weight, const Conv2dOptions& options) {
  Rng rng(6);
  const GradcheckResult result = gradcheck(
      [&](const std::vector<Tensor>& in) { return conv2d(in[0], in[1], in[2], options); },
      {Tensor::randn(x, rng), Tensor::randn(weight, rng), Tensor::randn({weight[0]}, rng)});
  CHECK_MESSAGE(result.ok, result.message);
}

Tensor three() { return Tensor::from({1, 1, 1, 3}, {1, 2, 3}); }

}  // namespace

TEST_CASE("dbias: each channel's dy, summed over its pixels and over the batch") {
  grade::check_equal("dbias", dbias(Tensor::from({2, 2, 1, 2}, {1, 2, 10, 20, 100, 200, 1e3, 2e3})),
                     Tensor::from({2}, {303, 3030}));
}

TEST_CASE("an image as large as the kernel: dw is the image times the only dy") {
  const Tensor x = Tensor::from({1, 1, 2, 2}, {1, 2, 3, 4});
  grade::check_equal("dw", dw(x, {1, 1, 2, 2}, Tensor::full({1, 1, 1, 1}, 2)), 2 * x);
}

TEST_CASE("a kernel of one weight, x = [1 2 3], dy = [1 10 100]: it meets every pixel") {
  grade::check_equal("dw", dw(three(), {1, 1, 1, 1}, Tensor::from({1, 1, 1, 3}, {1, 10, 100})),
                     Tensor::full({1, 1, 1, 1}, 321));
}

TEST_CASE("a kernel of two, x = [1 2 3], dy = [1 10]: 1 + 20 and 2 + 30") {
  grade::check_equal("dw", dw(three(), {1, 1, 1, 2}, Tensor::from({1, 1, 1, 2}, {1, 10})),
                     Tensor::from({1, 1, 1, 2}, {21, 32}));
}

TEST_CASE("the images of a batch share one kernel: their shares add up") {
  grade::check_equal("dw of [1 2 3] and [4 5 6], dy = [1 10] and [100 1000]",
                     dw(Tensor::from({2, 1, 1, 3}, {1, 2, 3, 4, 5, 6}), {1, 1, 1, 2},
                        Tensor::from({2, 1, 1, 2}, {1, 10, 100, 1000})),
                     Tensor::from({1, 1, 1, 2}, {5421, 6532}));
}

TEST_CASE("two channels in, two out: w[k,c] meets channel c of x and channel k of dy") {
  grade::check_equal(
      "dw of x = [1; 2], dy = [10; 1000]",
      dw(Tensor::from({1, 2, 1, 1}, {1, 2}), {2, 2, 1, 1}, Tensor::from({1, 2, 1, 1}, {10, 1000})),
      Tensor::from({2, 2, 1, 1}, {10, 20, 1000, 2000}));
}

TEST_CASE("the padding is 0: x = [1 2 3; 4 5 6; 7 8 9] padded in width, dy = [0; 1 10 100; 0]") {
  const Tensor x = Tensor::from({1, 1, 3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
  const Tensor dy = Tensor::from({1, 1, 3, 3}, {0, 0, 0, 1, 10, 100, 0, 0, 0});
  grade::check_equal("dw", dw(x, {1, 1, 1, 3}, dy, {.padding = {0, 1}}),
                     Tensor::from({1, 1, 1, 3}, {540, 654, 65}));
}

TEST_CASE("a stride of 2: x = [1 2 3], a kernel of one weight, dy = [1 10]") {
  grade::check_equal("dw",
                     dw(three(), {1, 1, 1, 1}, Tensor::from({1, 1, 1, 2}, {1, 10}), {.stride = 2}),
                     Tensor::full({1, 1, 1, 1}, 31));
}

TEST_CASE("finite differences agree, with a batch and several channels") {
  check_gradients({2, 3, 5, 4}, {4, 3, 3, 2}, {});
}

TEST_CASE("finite differences agree, with padding and stride, each different in height and width") {
  check_gradients({2, 2, 6, 5}, {3, 2, 3, 2}, {.stride = {2, 1}, .padding = {1, 2}});
}
