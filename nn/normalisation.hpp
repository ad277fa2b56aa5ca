#pragma once

#include "nn/layer.hpp"

/// Layers that normalise each image by itself, in training and evaluation alike.
namespace glass::nn {

/// Arguments of GroupNorm; the first two have no default.
struct GroupNormArguments {
  Index num_groups = 0, num_channels = 0;  ///< positive; the first divides the second
  double eps = 1e-5;                       ///< positive, keeps the division finite
  bool affine = true;                      ///< whether there are weight and bias

  std::vector<Field> fields() {
    return {{"num_groups", &num_groups, Presence::required},
            {"num_channels", &num_channels, Presence::required},
            {"eps", &eps},
            {"affine", &affine}};
  }
};

/// x[N,C,H,W] -> the same shape: each group of channels of an image less its mean, divided by its
/// standard deviation; then each channel times its weight, plus its bias. Wu and He, 2018.
class GroupNorm final : public Layer {
 public:
  /// Throws ShapeError on impossible arguments.
  explicit GroupNorm(const GroupNormArguments& arguments);

  const char* type() const override { return "GroupNorm"; }
  std::vector<Argument> arguments() const override { return list_arguments(arguments_); }
  Tensor forward(const Tensor& x) override;
  Shape output_shape(const Shape& input) const override;
  Footprint footprint(const Shape&) const override { return {whole_image}; }
  std::vector<NamedTensor> own_parameters() const override {
    return {{"weight", weight}, {"bias", bias}};
  }
  void reset_parameters(Rng& rng) override;

  Tensor weight, bias;  ///< [C], or undefined

 private:
  GroupNormArguments arguments_;
};

/// Arguments of LayerNorm; the first has no default.
struct LayerNormArguments {
  std::vector<Index> normalized_shape;  ///< of the last dimensions, up to three
  double eps = 1e-5;                    ///< positive, keeps the division finite
  bool elementwise_affine = true;       ///< whether there are weight and bias

  std::vector<Field> fields() {
    return {{"normalized_shape", &normalized_shape, Presence::required},
            {"eps", &eps},
            {"elementwise_affine", &elementwise_affine}};
  }
};

/// x[..] -> the same shape: what lies along the last dimensions less its mean, divided by its standard
/// deviation; then each element of these times its weight, plus its bias. Ba, Kiros and Hinton, 2016.
class LayerNorm final : public Layer {
 public:
  /// Throws ShapeError on impossible arguments.
  explicit LayerNorm(const LayerNormArguments& arguments);

  const char* type() const override { return "LayerNorm"; }
  std::vector<Argument> arguments() const override { return list_arguments(arguments_); }
  Tensor forward(const Tensor& x) override;
  Shape output_shape(const Shape& input) const override;
  Footprint footprint(const Shape&) const override { return {whole_image}; }
  std::vector<NamedTensor> own_parameters() const override {
    return {{"weight", weight}, {"bias", bias}};
  }
  void reset_parameters(Rng& rng) override;

  Tensor weight, bias;  ///< of the normalised shape, or undefined

 private:
  LayerNormArguments arguments_;
};

/// Arguments of LocalResponseNorm; `size` has no default.
struct LocalResponseNormArguments {
  Index size = 0;                           ///< positive: channels that are summed
  double alpha = 1e-4, beta = 0.75, k = 1;  ///< any

  std::vector<Field> fields() {
    return {{"size", &size, Presence::required}, {"alpha", &alpha}, {"beta", &beta}, {"k", &k}};
  }
};

/// x[N,C,H,W] -> the same shape: each value divided by a power of the squares at its place in the
/// channels around: see ops/local_response_norm.cpp. Krizhevsky, Sutskever and Hinton, 2012.
class LocalResponseNorm final : public Layer {
 public:
  /// Throws ShapeError unless `size` is positive.
  explicit LocalResponseNorm(const LocalResponseNormArguments& arguments);

  const char* type() const override { return "LocalResponseNorm"; }
  std::vector<Argument> arguments() const override { return list_arguments(arguments_); }
  Tensor forward(const Tensor& x) override;
  Shape output_shape(const Shape& input) const override;

 private:
  LocalResponseNormArguments arguments_;
};

}  // namespace glass::nn
