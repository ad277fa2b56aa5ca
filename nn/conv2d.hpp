#pragma once

#include "nn/layer.hpp"

namespace glass::nn {

/// Arguments of Conv2d; the first three have no default.
struct Conv2dArguments {
  Index in_channels = 0, out_channels = 0;  ///< positive
  Size2 kernel_size = 0, stride = 1;        ///< in pixels
  ConvPadding padding = 0;                  ///< `same_padding` only with stride 1
  Size2 dilation = 1;                       ///< from one pixel of the window to the next
  Index groups = 1;                         ///< divides both numbers of channels
  bool bias = true;                         ///< whether there is one

  std::vector<Field> fields() {
    return {{"in_channels", &in_channels, Presence::required},
            {"out_channels", &out_channels, Presence::required},
            {"kernel_size", &kernel_size, Presence::required},
            {"stride", &stride},
            {"padding", &padding},
            {"dilation", &dilation},
            {"groups", &groups},
            {"bias", &bias}};
  }
};

/// x[N,in,H,W] -> [N,out,P,Q], P = (H + 2 padding - dilation (kernel - 1) - 1) / stride + 1: see
/// ops/conv2d.cpp.
/// `nn::Conv2d({.in_channels = 1, .out_channels = 16, .kernel_size = 3, .padding = 1}, rng)`
class Conv2d final : public Layer {
 public:
  /// Draws initial values from `rng` (default_init). Throws ShapeError on impossible arguments.
  Conv2d(const Conv2dArguments& arguments, Rng& rng);
  /// All values are 0: see Layer.
  explicit Conv2d(const Conv2dArguments& arguments);

  const char* type() const override { return "Conv2d"; }
  std::vector<Argument> arguments() const override { return list_arguments(arguments_); }
  Tensor forward(const Tensor& x) override;
  Shape output_shape(const Shape& input) const override;
  Footprint footprint(const Shape&) const override;
  std::vector<NamedTensor> own_parameters() const override {
    return {{"weight", weight}, {"bias", bias}};
  }
  void reset_parameters(Rng& rng) override;

  Tensor weight;  ///< [out,in/groups,kernel_h,kernel_w]
  Tensor bias;    ///< [out], or undefined

 private:
  Conv2dArguments arguments_;
  Conv2dOptions options_;  ///< of the operation
  Padding uneven_;         ///< what comes in before it, where both sides cannot have the same
};

}  // namespace glass::nn
