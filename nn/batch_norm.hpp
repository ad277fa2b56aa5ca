#pragma once

#include "nn/layer.hpp"

namespace glass::nn {

/// Arguments of BatchNorm1d and BatchNorm2d; `num_features` has no default.
struct BatchNormArguments {
  Index num_features = 0;  ///< number of channels
  double eps = 1e-5;       ///< positive, keeps the division finite
  double momentum = 0.1;   ///< share of the new batch in the running values, in [0, 1]

  std::vector<Field> fields() {
    return {{"num_features", &num_features, Presence::required},
            {"eps", &eps},
            {"momentum", &momentum}};
  }
};

/// What both share: each channel normalised, in training by the batch, whose mean and variance also
/// move the running ones; in evaluation by these. Ioffe and Szegedy, 2015.
class BatchNorm : public Layer {
 public:
  std::vector<Argument> arguments() const override { return list_arguments(arguments_); }
  std::vector<NamedTensor> own_parameters() const override {
    return {{"weight", weight}, {"bias", bias}};
  }
  std::vector<NamedTensor> own_buffers() const override {
    return {{"running_mean", running_mean}, {"running_var", running_var}};
  }
  void reset_parameters(Rng& rng) override;

  Tensor weight, bias, running_mean, running_var;  ///< all [C]

 protected:
  /// Throws ShapeError, naming the type, on impossible arguments.
  BatchNorm(const char* type, const BatchNormArguments& arguments);
  Tensor normalised(const Tensor& x) const;                   ///< x[N,C,H,W] -> the same shape
  Index channels() const { return arguments_.num_features; }  ///< C

 private:
  BatchNormArguments arguments_;
};

/// x[N,C,H,W] -> the same shape.
class BatchNorm2d final : public BatchNorm {
 public:
  /// Throws ShapeError on impossible arguments.
  explicit BatchNorm2d(const BatchNormArguments& arguments) : BatchNorm("BatchNorm2d", arguments) {}
  const char* type() const override { return "BatchNorm2d"; }
  Tensor forward(const Tensor& x) override { return normalised(x); }
  Shape output_shape(const Shape& input) const override;
};

/// x[N,C] -> the same shape, as images of one pixel.
class BatchNorm1d final : public BatchNorm {
 public:
  /// Throws ShapeError on impossible arguments.
  explicit BatchNorm1d(const BatchNormArguments& arguments) : BatchNorm("BatchNorm1d", arguments) {}
  const char* type() const override { return "BatchNorm1d"; }
  Tensor forward(const Tensor& x) override;
  Shape output_shape(const Shape& input) const override;
};

}  // namespace glass::nn
