#include "nn/pooling.hpp"

namespace glass::nn {

Pool2d::Pool2d(const char* type, const Pool2dArguments& arguments)
    : arguments_(arguments),
      options_{.kernel = arguments.kernel_size,
               .stride = arguments.stride == 0 ? arguments.kernel_size : arguments.stride,
               .padding = arguments.padding} {
  check_window(type, options_.kernel, options_.stride, options_.padding);
}

Shape Pool2d::output_shape(const Shape& input) const {
  const auto& [kernel, stride, padding] = options_;
  const kernels::Window window = sliding_window(type(), input, input[1], kernel, stride, padding);
  return {window.N, window.K, window.P, window.Q};
}

AdaptiveAvgPool2d::AdaptiveAvgPool2d(const AdaptiveAvgPool2dArguments& arguments) {
  require(arguments.output_size == 1, "AdaptiveAvgPool2d: only output_size 1 is implemented, got ",
          arguments.output_size);
}

Shape AdaptiveAvgPool2d::output_shape(const Shape& input) const {
  require(input.rank() == 4, "AdaptiveAvgPool2d: expected an input [N,C,H,W], got ", input);
  return {input[0], input[1], 1, 1};
}

}  // namespace glass::nn
