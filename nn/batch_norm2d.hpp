#pragma once

#include "nn/layer.hpp"

namespace glass::nn {

/// Arguments of BatchNorm2d; `num_features` has no default.
struct BatchNorm2dArguments {
  Index num_features = 0;  ///< number of channels
  double eps = 1e-5;       ///< positive, keeps the division finite
  double momentum = 0.1;   ///< share of the new batch in the running values, in [0, 1]

  std::vector<Field> fields() {
    return {{"num_features", &num_features, Presence::required},
            {"eps", &eps},
            {"momentum", &momentum}};
  }
};

/// x[N,C,H,W] -> the same shape, normalised per channel: in training by the batch, whose mean and
/// variance also move the running ones; in evaluation by these.
/// Ioffe and Szegedy, 2015.
class BatchNorm2d final : public Layer {
 public:
  /// Throws ShapeError on impossible arguments.
  explicit BatchNorm2d(const BatchNorm2dArguments& arguments);

  const char* type() const override { return "BatchNorm2d"; }
  std::vector<Argument> arguments() const override { return list_arguments(arguments_); }
  Tensor forward(const Tensor& x) override;
  Shape output_shape(const Shape& input) const override;
  std::vector<NamedTensor> own_parameters() const override {
    return {{"weight", weight}, {"bias", bias}};
  }
  std::vector<NamedTensor> own_buffers() const override {
    return {{"running_mean", running_mean}, {"running_var", running_var}};
  }
  void reset_parameters(Rng& rng) override;

  Tensor weight, bias, running_mean, running_var;  ///< all [C]

 private:
  BatchNorm2dArguments arguments_;
};

}  // namespace glass::nn
