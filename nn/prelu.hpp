#pragma once

#include "nn/layer.hpp"

namespace glass::nn {

/// Arguments of PReLU.
struct PReLUArguments {
  Index num_parameters = 1;  ///< 1, a slope for all, or the number of channels

  std::vector<Field> fields() { return {{"num_parameters", &num_parameters}}; }
};

/// x, below 0 a_c x, with a learned slope a_c that begins at 0.25: x[N,C,..] -> the same shape. He et al.,
/// 2015.
class PReLU final : public Layer {
 public:
  /// Throws ShapeError unless there is a parameter.
  explicit PReLU(const PReLUArguments& arguments = {});
  const char* type() const override { return "PReLU"; }
  std::vector<Argument> arguments() const override { return list_arguments(arguments_); }
  std::vector<NamedTensor> own_parameters() const override { return {{"weight", weight}}; }
  void reset_parameters(Rng& rng) override;
  Tensor forward(const Tensor& x) override;
  Shape output_shape(const Shape& input) const override;

  Tensor weight;  ///< [num_parameters]

 private:
  PReLUArguments arguments_;
};

}  // namespace glass::nn
