#pragma once

#include "nn/layer.hpp"

namespace glass::nn {

/// Arguments of Linear; the first two have no default.
struct LinearArguments {
  Index in_features = 0, out_features = 0;  ///< positive
  bool bias = true;                         ///< whether there is one

  std::vector<Field> fields() {
    return {{"in_features", &in_features, Presence::required},
            {"out_features", &out_features, Presence::required},
            {"bias", &bias}};
  }
};

/// x[N,in] -> x weight^T + bias [N,out].
class Linear final : public Layer {
 public:
  /// Draws initial values from `rng` (default_init). Throws ShapeError on impossible arguments.
  Linear(const LinearArguments& arguments, Rng& rng);
  /// All values are 0: see Layer.
  explicit Linear(const LinearArguments& arguments);

  const char* type() const override { return "Linear"; }
  std::vector<Argument> arguments() const override { return list_arguments(arguments_); }
  Tensor forward(const Tensor& x) override { return linear(x, weight, bias); }
  Shape output_shape(const Shape& input) const override;
  Footprint footprint(const Shape&) const override { return {whole_image}; }
  std::vector<NamedTensor> own_parameters() const override {
    return {{"weight", weight}, {"bias", bias}};
  }
  void reset_parameters(Rng& rng) override;

  Tensor weight;  ///< [out,in]
  Tensor bias;    ///< [out], or undefined

 private:
  LinearArguments arguments_;
};

/// x[N,C,H,W] -> [N,C*H*W], in this order, as between the last convolution and a Linear.
class Flatten final : public Layer {
 public:
  const char* type() const override { return "Flatten"; }
  Tensor forward(const Tensor& x) override { return flatten(x); }
  Shape output_shape(const Shape& input) const override;
};

}  // namespace glass::nn
