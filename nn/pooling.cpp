#include "nn/pooling.hpp"

#include <algorithm>

#include "autograd/ops/pool_window.hpp"

namespace glass::nn {

Pool2d::Pool2d(const char* type, const Pool2dOptions& options) : options_(options) {
  if (options.stride == 0) options_.stride = options.kernel;
  check_window(type, options_.kernel, options_.stride, options_.padding, options_.dilation);
}

Shape Pool2d::output_shape(const Shape& input) const {
  const kernels::Window window = pool_window(type(), input, options_);
  return {window.N, window.K, window.P, window.Q};
}

MaxPool2d::MaxPool2d(const MaxPool2dArguments& arguments)
    : Pool2d("MaxPool2d", {.kernel = arguments.kernel_size,
                           .stride = arguments.stride,
                           .padding = arguments.padding,
                           .dilation = arguments.dilation,
                           .ceil_mode = arguments.ceil_mode}),
      arguments_(arguments) {}

AvgPool2d::AvgPool2d(const AvgPool2dArguments& arguments)
    : Pool2d("AvgPool2d", {.kernel = arguments.kernel_size,
                           .stride = arguments.stride,
                           .padding = arguments.padding,
                           .ceil_mode = arguments.ceil_mode}),
      arguments_(arguments) {}

namespace {

/// How many rows, or columns, of window i count in an average, of an image with `size` of them.
Index counted(Index i, Index size, Index kernel, Index stride, Index padding, bool with_padding) {
  const Index begin = i * stride - padding, end = std::min(begin + kernel, size + padding);
  return with_padding ? end - begin : std::min(end, size) - std::max<Index>(begin, 0);
}

}  // namespace

/// `avg_pool2d` divides by the whole window. Where less of it counts, the average is larger.
Tensor AvgPool2d::forward(const Tensor& x) {
  const auto& [kernel, stride, padding, dilation, ceil_mode] = options();
  const bool with_padding = arguments_.count_include_pad;
  const Tensor y = avg_pool2d(x, options());
  if (!ceil_mode && (with_padding || padding == 0)) return y;
  const Shape &in = x.shape(), &out = y.shape();
  const Tensor factor = Tensor::zeros({1, 1, out[2], out[3]});
  real* factors = factor.mutable_data();
  for (Index p = 0; p < out[2]; ++p)
    for (Index q = 0; q < out[3]; ++q) {
      const Index rows = counted(p, in[2], kernel.h, stride.h, padding.h, with_padding);
      const Index columns = counted(q, in[3], kernel.w, stride.w, padding.w, with_padding);
      if (rows <= 0 || columns <= 0) continue;  // in the padding alone, of which the average is 0
      factors[p * out[3] + q] =
          static_cast<real>(kernel.h * kernel.w) / static_cast<real>(rows * columns);
    }
  return y * factor;
}

AdaptivePool2d::AdaptivePool2d(const char* type, const AdaptivePool2dArguments& arguments)
    : arguments_(arguments) {
  require(size().h > 0 && size().w > 0, type, ": output_size must be positive, got ", size());
}

Shape AdaptivePool2d::output_shape(const Shape& input) const {
  require(input.rank() == 4 && input[2] > 0 && input[3] > 0, type(),
          ": expected an input [N,C,H,W], got ", input);
  return {input[0], input[1], size().h, size().w};
}

/// Windows that do not tile the image overlap, and reach over up to two pixels more.
Footprint AdaptivePool2d::footprint(const Shape& input) const {
  const auto seen = [](Index from, Index to) {
    return to == 1 ? whole_image : from / to + (from % to ? 2 : 0);
  };
  const auto step = [](Index from, Index to) { return std::max<Index>(1, from / to); };
  return {{seen(input[2], size().h), seen(input[3], size().w)},
          {step(input[2], size().h), step(input[3], size().w)}};
}

}  // namespace glass::nn
