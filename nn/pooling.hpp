#pragma once

#include "nn/layer.hpp"

namespace glass::nn {

/// Arguments of the poolings; `kernel_size` has no default. A `stride` of 0 stands for the kernel's
/// own size: windows that tile the image.
struct Pool2dArguments {
  Size2 kernel_size = 0, stride = 0, padding = 0;  ///< in pixels

  std::vector<Field> fields() {
    return {{"kernel_size", &kernel_size, Presence::required},
            {"stride", &stride},
            {"padding", &padding}};
  }
};

/// What both poolings share: x[N,C,H,W] -> [N,C,P,Q], P = (H + 2 padding - kernel) / stride + 1.
class Pool2d : public Layer {
 public:
  std::vector<Argument> arguments() const override { return list_arguments(arguments_); }
  Shape output_shape(const Shape& input) const override;
  Footprint footprint(const Shape&) const override { return {options_.kernel, options_.stride}; }

 protected:
  /// Throws ShapeError, naming the type, on impossible arguments.
  Pool2d(const char* type, const Pool2dArguments& arguments);
  const Pool2dOptions& options() const { return options_; }  ///< of the operation

 private:
  Pool2dArguments arguments_;
  Pool2dOptions options_;
};

/// The largest value in each window.
class MaxPool2d final : public Pool2d {
 public:
  /// Throws ShapeError on impossible arguments.
  explicit MaxPool2d(const Pool2dArguments& arguments) : Pool2d("MaxPool2d", arguments) {}
  const char* type() const override { return "MaxPool2d"; }
  Tensor forward(const Tensor& x) override { return max_pool2d(x, options()); }
};

/// The mean over each window, zeros of the padding included.
class AvgPool2d final : public Pool2d {
 public:
  /// Throws ShapeError on impossible arguments.
  explicit AvgPool2d(const Pool2dArguments& arguments) : Pool2d("AvgPool2d", arguments) {}
  const char* type() const override { return "AvgPool2d"; }
  Tensor forward(const Tensor& x) override { return avg_pool2d(x, options()); }
};

/// Arguments of AdaptiveAvgPool2d.
struct AdaptiveAvgPool2dArguments {
  Size2 output_size = 1;  ///< in pixels; only 1 is implemented

  std::vector<Field> fields() { return {{"output_size", &output_size, Presence::required}}; }
};

/// x[N,C,H,W] -> [N,C,1,1], the mean of each channel, whatever the size of the image.
class AdaptiveAvgPool2d final : public Layer {
 public:
  /// Throws ShapeError unless `output_size` is 1.
  explicit AdaptiveAvgPool2d(const AdaptiveAvgPool2dArguments& arguments = {});

  const char* type() const override { return "AdaptiveAvgPool2d"; }
  std::vector<Argument> arguments() const override {
    return list_arguments(AdaptiveAvgPool2dArguments{});
  }
  Tensor forward(const Tensor& x) override { return global_avg_pool2d(x); }
  Shape output_shape(const Shape& input) const override;
  Footprint footprint(const Shape&) const override { return {whole_image}; }
};

}  // namespace glass::nn
