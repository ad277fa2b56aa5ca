#pragma once

#include "nn/layer.hpp"

namespace glass::nn {

/// Arguments of MaxPool2d; `kernel_size` has no default. A `stride` of 0 stands for the kernel's own
/// size: windows that tile the image.
struct MaxPool2dArguments {
  Size2 kernel_size = 0, stride = 0, padding = 0, dilation = 1;  ///< in pixels
  bool ceil_mode = false;  ///< whether a last window may stick out of the image

  std::vector<Field> fields() {
    return {{"kernel_size", &kernel_size, Presence::required},
            {"stride", &stride},
            {"padding", &padding},
            {"dilation", &dilation},
            {"ceil_mode", &ceil_mode}};
  }
};

/// Arguments of AvgPool2d; the same of `kernel_size` and `stride`.
struct AvgPool2dArguments {
  Size2 kernel_size = 0, stride = 0, padding = 0;  ///< in pixels
  bool ceil_mode = false;         ///< whether a last window may stick out of the image
  bool count_include_pad = true;  ///< whether the zeros of the padding count

  std::vector<Field> fields() {
    return {{"kernel_size", &kernel_size, Presence::required},
            {"stride", &stride},
            {"padding", &padding},
            {"ceil_mode", &ceil_mode},
            {"count_include_pad", &count_include_pad}};
  }
};

/// What both poolings share: x[N,C,H,W] -> [N,C,P,Q],
/// P = (H + 2 padding - dilation (kernel - 1) - 1) / stride + 1, with `ceil_mode` rounded up.
class Pool2d : public Layer {
 public:
  Shape output_shape(const Shape& input) const override;
  Footprint footprint(const Shape&) const override {
    return {reach(options_.kernel, options_.dilation), options_.stride};
  }

 protected:
  /// Throws ShapeError, naming the type, on impossible options.
  Pool2d(const char* type, const Pool2dOptions& options);
  const Pool2dOptions& options() const { return options_; }  ///< of the operation

 private:
  Pool2dOptions options_;
};

/// The largest value in each window.
class MaxPool2d final : public Pool2d {
 public:
  /// Throws ShapeError on impossible arguments.
  explicit MaxPool2d(const MaxPool2dArguments& arguments);
  const char* type() const override { return "MaxPool2d"; }
  std::vector<Argument> arguments() const override { return list_arguments(arguments_); }
  Tensor forward(const Tensor& x) override { return max_pool2d(x, options()); }

 private:
  MaxPool2dArguments arguments_;
};

/// The mean over each window: of all in it, or without `count_include_pad` of the pixels of the image.
/// What sticks out of the padding never counts.
class AvgPool2d final : public Pool2d {
 public:
  /// Throws ShapeError on impossible arguments.
  explicit AvgPool2d(const AvgPool2dArguments& arguments);
  const char* type() const override { return "AvgPool2d"; }
  std::vector<Argument> arguments() const override { return list_arguments(arguments_); }
  Tensor forward(const Tensor& x) override;

 private:
  AvgPool2dArguments arguments_;
};

/// Arguments of AdaptiveAvgPool2d and AdaptiveMaxPool2d.
struct AdaptivePool2dArguments {
  Size2 output_size = 1;  ///< in pixels

  std::vector<Field> fields() { return {{"output_size", &output_size, Presence::required}}; }
};

/// What both share: x[N,C,H,W] -> [N,C,P,Q], whatever the size of the image: see
/// `adaptive_avg_pool2d`.
class AdaptivePool2d : public Layer {
 public:
  std::vector<Argument> arguments() const override { return list_arguments(arguments_); }
  Shape output_shape(const Shape& input) const override;
  Footprint footprint(const Shape& input) const override;

 protected:
  /// Throws ShapeError, naming the type, unless the size is positive.
  AdaptivePool2d(const char* type, const AdaptivePool2dArguments& arguments);
  Size2 size() const { return arguments_.output_size; }  ///< of the output

 private:
  AdaptivePool2dArguments arguments_;
};

/// The means of as many windows; of one, which is the image, the mean of each channel.
class AdaptiveAvgPool2d final : public AdaptivePool2d {
 public:
  /// Throws ShapeError unless the size is positive.
  explicit AdaptiveAvgPool2d(const AdaptivePool2dArguments& arguments = {})
      : AdaptivePool2d("AdaptiveAvgPool2d", arguments) {}
  const char* type() const override { return "AdaptiveAvgPool2d"; }
  Tensor forward(const Tensor& x) override { return adaptive_avg_pool2d(x, size()); }
};

/// The largest values in as many windows.
class AdaptiveMaxPool2d final : public AdaptivePool2d {
 public:
  /// Throws ShapeError unless the size is positive.
  explicit AdaptiveMaxPool2d(const AdaptivePool2dArguments& arguments = {})
      : AdaptivePool2d("AdaptiveMaxPool2d", arguments) {}
  const char* type() const override { return "AdaptiveMaxPool2d"; }
  Tensor forward(const Tensor& x) override { return adaptive_max_pool2d(x, size()); }
};

}  // namespace glass::nn
