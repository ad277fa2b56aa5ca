#include "nn/conv2d.hpp"

#include "docs/exercises/not_implemented.hpp"
#include "nn/init.hpp"

namespace glass::nn {

Conv2d::Conv2d(const Conv2dArguments& arguments) : arguments_(arguments) {
  const auto& [in, out, kernel, stride, padding, dilation, groups, with_bias] = arguments;
  require(in > 0 && out > 0, "Conv2d: in_channels and out_channels must be positive, got ", in,
          " and ", out);
  check_window(type(), kernel, stride, padding, dilation);
  require(groups > 0 && in % groups == 0 && out % groups == 0,
          "Conv2d: groups must divide in_channels ", in, " and out_channels ", out, ", got ",
          groups);
  require(!padding.same || stride == 1, "Conv2d: padding 'same' needs stride 1, got ", stride);
  const Shape shape{out, in / groups, kernel.h, kernel.w};
  check_size("Conv2d: weight", shape);
  weight = Tensor::zeros(shape).requires_grad(true);
  if (with_bias) bias = Tensor::zeros({out}).requires_grad(true);

  options_ = {.stride = stride, .padding = padding, .dilation = dilation, .groups = groups};
  if (padding.same) {
    const auto [height, width] = reach(kernel, dilation);
    options_.padding = {(height - 1) / 2, (width - 1) / 2};
    uneven_ = {.bottom = (height - 1) % 2, .right = (width - 1) % 2};
  }
}

Conv2d::Conv2d(const Conv2dArguments& arguments, Rng& rng) : Conv2d(arguments) {
  reset_parameters(rng);
}

void Conv2d::reset_parameters(Rng& rng) { default_init(weight, bias, rng); }

Tensor Conv2d::forward(const Tensor& x) {
  const bool uneven = uneven_.bottom != 0 || uneven_.right != 0;
  if (uneven) return conv2d(pad(x, uneven_), weight, bias, options_);
  return conv2d(x, weight, bias, options_);
}

Shape Conv2d::output_shape(const Shape& input) const {
  const Conv2dArguments& a = arguments_;
  require(input.rank() == 4 && input[1] == a.in_channels, "Conv2d: expected an input [N,",
          a.in_channels, ",H,W], got ", input);
  // Throw ShapeError, with require(), if the kernel is larger than the padded image. options_.padding
  // is as many pixels at each side. (Take dilation for 1, and uneven_ for none.)
  throw NotImplemented("Exercise 7: Conv2d, output shape and footprint");
}

Footprint Conv2d::footprint(const Shape&) const {
  throw NotImplemented("Exercise 7: Conv2d, output shape and footprint");
}

}  // namespace glass::nn
