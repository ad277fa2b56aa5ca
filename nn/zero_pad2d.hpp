#pragma once

#include "nn/layer.hpp"

namespace glass::nn {

/// Arguments of ZeroPad2d.
struct ZeroPad2dArguments {
  std::vector<Index> padding;  ///< in pixels: left, right, top, bottom; or one number for all

  std::vector<Field> fields() { return {{"padding", &padding, Presence::required}}; }
};

/// x[N,C,H,W] -> [N,C, top + H + bottom, left + W + right], zeros around the image.
class ZeroPad2d final : public Layer {
 public:
  /// Throws ShapeError unless there are one or four numbers, and none is negative.
  explicit ZeroPad2d(const ZeroPad2dArguments& arguments);

  const char* type() const override { return "ZeroPad2d"; }
  std::vector<Argument> arguments() const override { return list_arguments(arguments_); }
  Tensor forward(const Tensor& x) override { return pad(x, padding_); }
  Shape output_shape(const Shape& input) const override;

 private:
  ZeroPad2dArguments arguments_;
  Padding padding_;  ///< of the operation
};

}  // namespace glass::nn
