#include "nn/conv2d.hpp"

#include "nn/init.hpp"

namespace glass::nn {

Conv2d::Conv2d(const Conv2dArguments& arguments) : arguments_(arguments) {
  const auto& [in, out, kernel, stride, padding, dilation, groups, with_bias] = arguments;
  require(in > 0 && out > 0, "Conv2d: in_channels and out_channels must be positive, got ", in,
          " and ", out);
  check_window(type(), kernel, stride, padding);
  require(dilation == 1 && groups == 1,
          "Conv2d: only dilation 1 and groups 1 are implemented, got dilation ", dilation,
          " and groups ", groups);
  const Shape shape{out, in, kernel.h, kernel.w};
  check_size("Conv2d: weight", shape);
  weight = Tensor::zeros(shape).requires_grad(true);
  if (with_bias) bias = Tensor::zeros({out}).requires_grad(true);
}

Conv2d::Conv2d(const Conv2dArguments& arguments, Rng& rng) : Conv2d(arguments) {
  reset_parameters(rng);
}

void Conv2d::reset_parameters(Rng& rng) { default_init(weight, bias, rng); }

Tensor Conv2d::forward(const Tensor& x) {
  return conv2d(x, weight, bias, {.stride = arguments_.stride, .padding = arguments_.padding});
}

Shape Conv2d::output_shape(const Shape& input) const {
  const Conv2dArguments& a = arguments_;
  require(input.rank() == 4 && input[1] == a.in_channels, "Conv2d: expected an input [N,",
          a.in_channels, ",H,W], got ", input);
  const kernels::Window window =
      sliding_window(type(), input, a.out_channels, a.kernel_size, a.stride, a.padding);
  return {window.N, window.K, window.P, window.Q};
}

Footprint Conv2d::footprint(const Shape&) const {
  return {arguments_.kernel_size, arguments_.stride};
}

}  // namespace glass::nn
