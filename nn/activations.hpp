#pragma once

#include "nn/layer.hpp"

/// Layers without parameters that keep the shape of their input: [..] -> [..].
namespace glass::nn {

/// max(x, 0).
class ReLU final : public Layer {
 public:
  const char* type() const override { return "ReLU"; }
  Tensor forward(const Tensor& x) override { return relu(x); }
};

/// tanh x.
class Tanh final : public Layer {
 public:
  const char* type() const override { return "Tanh"; }
  Tensor forward(const Tensor& x) override { return tanh(x); }
};

/// 1 / (1 + e^-x).
class Sigmoid final : public Layer {
 public:
  const char* type() const override { return "Sigmoid"; }
  Tensor forward(const Tensor& x) override { return sigmoid(x); }
};

/// Arguments of LeakyReLU.
struct LeakyReLUArguments {
  double negative_slope = 0.01;  ///< slope below 0
  std::vector<Field> fields() { return {{"negative_slope", &negative_slope}}; }
};

/// x, below 0 negative_slope x.
class LeakyReLU final : public Layer {
 public:
  /// Any slope will do.
  explicit LeakyReLU(const LeakyReLUArguments& arguments = {}) : arguments_(arguments) {}
  const char* type() const override { return "LeakyReLU"; }
  std::vector<Argument> arguments() const override { return list_arguments(arguments_); }
  Tensor forward(const Tensor& x) override { return leaky_relu(x, arguments_.negative_slope); }

 private:
  LeakyReLUArguments arguments_;
};

/// Arguments of ELU.
struct ELUArguments {
  double alpha = 1;  ///< not negative
  std::vector<Field> fields() { return {{"alpha", &alpha}}; }
};

/// x, below 0 alpha (e^x - 1). Clevert, Unterthiner and Hochreiter, 2016.
class ELU final : public Layer {
 public:
  /// Throws ShapeError if alpha is negative.
  explicit ELU(const ELUArguments& arguments = {});
  const char* type() const override { return "ELU"; }
  std::vector<Argument> arguments() const override { return list_arguments(arguments_); }
  Tensor forward(const Tensor& x) override { return elu(x, arguments_.alpha); }

 private:
  ELUArguments arguments_;
};

/// Arguments of Dropout.
struct DropoutArguments {
  double p = 0.5;  ///< probability that an element is dropped, in [0, 1)
  std::vector<Field> fields() { return {{"p", &p}}; }
};

/// In training, zeroes random elements and scales the others up; in evaluation, does nothing.
/// Srivastava et al., 2014.
class Dropout final : public Layer {
 public:
  /// Takes a seed of its own from `rng`. Throws ShapeError unless p is in [0, 1).
  Dropout(const DropoutArguments& arguments, Rng& rng);
  const char* type() const override { return "Dropout"; }
  std::vector<Argument> arguments() const override { return list_arguments(arguments_); }
  Tensor forward(const Tensor& x) override;

 private:
  DropoutArguments arguments_;
  Rng rng_;
};

/// Arguments of Softmax and LogSoftmax.
struct SoftmaxArguments {
  Index dim = 1;  ///< only 1 is implemented: the classes of x[N,classes]
  std::vector<Field> fields() { return {{"dim", &dim}}; }
};

/// x[N,classes] -> e^x / sum e^x in each row.
class Softmax final : public Layer {
 public:
  /// Throws ShapeError unless dim is 1.
  explicit Softmax(const SoftmaxArguments& arguments = {});
  const char* type() const override { return "Softmax"; }
  Tensor forward(const Tensor& x) override { return softmax(x); }
  Shape output_shape(const Shape& input) const override;
  Footprint footprint(const Shape&) const override { return {whole_image}; }
};

/// x[N,classes] -> x - log sum e^x in each row.
class LogSoftmax final : public Layer {
 public:
  /// Throws ShapeError unless dim is 1.
  explicit LogSoftmax(const SoftmaxArguments& arguments = {});
  const char* type() const override { return "LogSoftmax"; }
  Tensor forward(const Tensor& x) override { return log_softmax(x); }
  Shape output_shape(const Shape& input) const override;
  Footprint footprint(const Shape&) const override { return {whole_image}; }
};

}  // namespace glass::nn
