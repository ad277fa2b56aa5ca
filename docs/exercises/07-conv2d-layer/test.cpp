#include "autograd/ops.hpp"
#include "docs/exercises/grade.hpp"
#include "nn/layers.hpp"
#include "nn/sequential.hpp"

using namespace glass;

namespace {

/// One channel in, two out.
nn::Conv2d layer(Size2 kernel, Size2 stride = 1, Size2 padding = 0) {
  Rng rng(7);
  return {{.in_channels = 1,
           .out_channels = 2,
           .kernel_size = kernel,
           .stride = stride,
           .padding = padding},
          rng};
}

void check_shape(const std::string& what, const Shape& found, const Shape& expected) {
  if (found != expected) FAIL(text(what, ": expected ", expected, ", found ", found));
}

void check_size(const std::string& what, Size2 found, Size2 expected) {
  CHECK_MESSAGE(found == expected, text(what, ": expected ", expected, ", found ", found));
}

void check_refused(const std::string& what, const nn::Conv2d& conv, const Shape& input) {
  try {
    const Shape found = conv.output_shape(input);
    FAIL_CHECK(text(what, ", input ", input, ": expected a ShapeError, found the shape ", found));
  } catch (const ShapeError&) {
  }
}

}  // namespace

TEST_CASE("a 1x1 kernel: only the number of channels changes") {
  check_shape("output of [4,1,5,7]", layer(1).output_shape({4, 1, 5, 7}), {4, 2, 5, 7});
}

TEST_CASE("a 3x2 kernel has 5 - 2 places in height, 7 - 1 in width") {
  check_shape("output of [1,1,5,7]", layer({3, 2}).output_shape({1, 1, 5, 7}), {1, 2, 3, 6});
}

TEST_CASE("padding is added on both sides: 3x3 with padding 1 keeps the size") {
  check_shape("output of [1,1,5,7]", layer(3, 1, 1).output_shape({1, 1, 5, 7}), {1, 2, 5, 7});
  check_shape("with padding 1 in width alone", layer(3, 1, {0, 1}).output_shape({1, 1, 5, 7}),
              {1, 2, 3, 7});
}

TEST_CASE("a stride of 2 takes every second place, and begins with the first") {
  check_shape("7 places in width", layer(1, {1, 2}).output_shape({1, 1, 1, 7}), {1, 2, 1, 4});
  check_shape("8 places in width", layer(1, {1, 2}).output_shape({1, 1, 1, 8}), {1, 2, 1, 4});
}

TEST_CASE("a window of 3: its places in a row of 7, with padding 1, with stride 2; in a row of 8") {
  check_shape("row of 7", layer({1, 3}).output_shape({1, 1, 1, 7}), {1, 2, 1, 5});
  const Size2 padding{0, 1}, stride{1, 2};
  check_shape("row of 7, padding 1", layer({1, 3}, 1, padding).output_shape({1, 1, 1, 7}),
              {1, 2, 1, 7});
  const nn::Conv2d both = layer({1, 3}, stride, padding);
  check_shape("row of 7, padding 1, stride 2", both.output_shape({1, 1, 1, 7}), {1, 2, 1, 4});
  check_shape("row of 8, padding 1, stride 2", both.output_shape({1, 1, 1, 8}), {1, 2, 1, 4});
}

TEST_CASE("a kernel larger than the padded image is refused") {
  check_refused("kernel 3", layer(3), {1, 1, 2, 5});
  check_refused("kernel 3", layer(3), {1, 1, 5, 2});
  check_refused("kernel 3, stride 4", layer(3, 4), {1, 1, 2, 5});
  check_refused("kernel 5, padding 1", layer(5, 1, 1), {1, 1, 2, 5});
  check_shape("kernel 5 with padding 1, which just fits [1,1,3,5]",
              layer(5, 1, 1).output_shape({1, 1, 3, 5}), {1, 2, 1, 3});
}

TEST_CASE("the promise is what forward() does, for many sizes, strides and paddings") {
  for (Index size = 4; size < 10; ++size)
    for (Index stride = 1; stride < 4; ++stride)
      for (Index padding = 0; padding < 3; ++padding) {
        nn::Conv2d conv = layer({4, 3}, {stride, 2}, {padding, 1});
        const Tensor x = Tensor::zeros({2, 1, size, size + 1});
        check_shape(
            text("output of ", x.shape(), ", stride ", stride, "x2, padding ", padding, "x1"),
            conv.output_shape(x.shape()), conv.forward(x).shape());
      }
}

TEST_CASE("the footprint of one layer: what one output sees, and the step to the next") {
  const nn::Footprint footprint = layer({5, 3}, {2, 1}, 1).footprint({1, 1, 28, 28});
  check_size("size", footprint.size, {5, 3});
  check_size("stride", footprint.stride, {2, 1});
}

TEST_CASE("three layers: the footprint of a pixel is where its gradient is not 0") {
  nn::Sequential net;
  Rng rng(8);
  for (const auto& [kernel, stride] : {std::pair(5, 2), std::pair(3, 1), std::pair(2, 3)}) {
    net.add(nn::Conv2d(
        {.in_channels = 1, .out_channels = 1, .kernel_size = kernel, .stride = stride}, rng));
  }
  const Tensor x = Tensor::zeros({1, 1, 23, 23}).requires_grad(true);
  at(net.forward(x), {0, 0, 0, 0}).backward();
  Index width = 0;
  while (width < 23 && x.grad().data()[width] != 0) ++width;
  const nn::Footprint footprint = nn::footprint(net, x.shape());
  check_size("size", footprint.size, width);
  check_size("stride", footprint.stride, 6);
}
