#include <cmath>
#include <numeric>

#include "autograd/gradcheck.hpp"
#include "docs/exercises/grade.hpp"

using namespace glass;

namespace {

Tensor row(const std::vector<double>& values) {
  return Tensor::from({1, 1, 1, static_cast<Index>(values.size())}, values);
}

/// The gradient to x of a pooling whose output receives `dy`.
Tensor dx(const Tensor& x, const Pool2dOptions& options, const Tensor& dy) {
  const Tensor image = x.clone().requires_grad(true);
  max_pool2d(image, options).backward(dy);
  return image.grad();
}

/// 0, 7, 14, ... modulo the size: all different, and as good as shuffled.
Tensor distinct(const Shape& shape) {
  const Tensor tensor = Tensor::zeros(shape);
  const Index size = tensor.size();
  const Index step = std::gcd(Index{7}, size) == 1 ? 7 : 11;
  for (Index i = 0; i < size; ++i)
    tensor.mutable_data()[i] = static_cast<real>(i * step % size) - 100;
  return tensor;
}

void check_gradients(const Shape& shape, const Pool2dOptions& options) {
  const GradcheckResult result = gradcheck(
      [&](const std::vector<Tensor>& in) { return max_pool2d(in[0], options); }, {distinct(shape)});
  CHECK_MESSAGE(result.ok, result.message);
}

const Pool2dOptions pairs{.kernel = {1, 2}};
const Pool2dOptions sliding{.kernel = {1, 3}, .stride = 1};

}  // namespace

TEST_CASE("y of [1 3 2 0] in pairs: 3 and 2") {
  grade::check_equal("y", max_pool2d(row({1, 3, 2, 0}), pairs), row({3, 2}));
}

TEST_CASE("y of negative numbers is negative") {
  grade::check_equal("y", max_pool2d(row({-4, -3, -1, -2}), pairs), row({-3, -1}));
}

TEST_CASE("y of 2 x 2 windows over two channels") {
  const Tensor x = Tensor::from({1, 2, 2, 4}, {1, 2, 3, 4, 5, 6, 7, 8, 8, 7, 6, 5, 4, 3, 2, 1});
  grade::check_equal("y", max_pool2d(x), Tensor::from({1, 2, 1, 2}, {6, 8, 8, 6}));
}

TEST_CASE("y where windows overlap: [1 3 2 4 0], windows of 3, stride 1") {
  grade::check_equal("y", max_pool2d(row({1, 3, 2, 4, 0}), sliding), row({3, 4, 4}));
}

TEST_CASE("y of two images where windows overlap both ways: 2 x 2 windows, stride 1") {
  const Tensor x =
      Tensor::from({2, 1, 3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 8, 7, 6, 5, 4, 3, 2, 1});
  grade::check_equal("y", max_pool2d(x, {.kernel = 2, .stride = 1}),
                     Tensor::from({2, 1, 2, 2}, {5, 6, 8, 9, 9, 8, 6, 5}));
}

TEST_CASE("padding never wins, not even against negative numbers") {
  grade::check_equal("y of [-1 -2; -3 -4], padding 1",
                     max_pool2d(Tensor::from({1, 1, 2, 2}, {-1, -2, -3, -4}), {.padding = 1}),
                     Tensor::from({1, 1, 2, 2}, {-1, -2, -3, -4}));
}

TEST_CASE("a window that lies in the padding alone gives 0") {
  const Pool2dOptions single{.kernel = 1, .stride = 1, .padding = {0, 1}};
  grade::check_equal("y of [-5]", max_pool2d(row({-5}), single), row({0, -5, 0}));
  grade::check_equal("dx of [0]", dx(row({0}), single, row({1, 10, 100})), row({10}));
}

TEST_CASE("NaN wins, wherever it stands in the window") {
  for (const auto& values : {std::vector<double>{NAN, 1}, std::vector<double>{1, NAN}}) {
    const double y = max_pool2d(row(values), pairs).data()[0];
    CHECK_MESSAGE(std::isnan(y),
                  text("y of [", values[0], " ", values[1], "]: expected nan, found ", y));
  }
}

TEST_CASE("the winner receives dy, the others nothing: [1 3 2 0] in pairs") {
  grade::check_equal("dx", dx(row({1, 3, 2, 0}), pairs, row({5, 7})), row({0, 5, 7, 0}));
}

TEST_CASE("of equal numbers the first wins, and only that one") {
  grade::check_equal("dx of [3 3 0 0]", dx(row({3, 3, 0, 0}), pairs, row({5, 7})),
                     row({5, 0, 7, 0}));
  grade::check_equal(
      "dx of [1 2; 2 1]",
      dx(Tensor::from({1, 1, 2, 2}, {1, 2, 2, 1}), {}, Tensor::full({1, 1, 1, 1}, 5)),
      Tensor::from({1, 1, 2, 2}, {0, 5, 0, 0}));
}

TEST_CASE("a pixel that wins in two windows receives from both: [1 3 2 3 0]") {
  grade::check_equal("dx", dx(row({1, 3, 2, 3, 0}), sliding, row({1, 10, 100})),
                     row({0, 11, 0, 100, 0}));
}

TEST_CASE("padding receives nothing, nor do equal pixels of the row above in its place") {
  const Tensor dy = Tensor::from({1, 1, 3, 2}, {1, 2, 3, 4, 5, 6});
  const Pool2dOptions padded{.kernel = {1, 2}, .padding = {0, 1}};
  grade::check_equal("dx of [7 7; 7 7; 7 7], pairs in a row with padding 1",
                     dx(Tensor::full({1, 1, 3, 2}, 7), padded, dy), dy);
}

TEST_CASE("finite differences agree, with a batch and channels, and a rest at the border") {
  check_gradients({2, 3, 5, 7}, {.kernel = {2, 3}});
}

TEST_CASE("finite differences agree, with overlap and padding, different in height and width") {
  check_gradients({2, 2, 6, 5}, {.kernel = {3, 2}, .stride = {2, 1}, .padding = {1, 0}});
}
