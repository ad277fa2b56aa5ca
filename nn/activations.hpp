#pragma once

#include "nn/module.hpp"

/// Layers without parameters that keep the shape of their input: [..] -> [..].
namespace glass::inline GLASS_PRECISION::nn {

class ReLU final : public Module {
 public:
  const char* type() const override { return "ReLU"; }
  Tensor forward(const Tensor& x) override { return relu(x); }
};

class Tanh final : public Module {
 public:
  const char* type() const override { return "Tanh"; }
  Tensor forward(const Tensor& x) override { return tanh(x); }
};

class Sigmoid final : public Module {
 public:
  const char* type() const override { return "Sigmoid"; }
  Tensor forward(const Tensor& x) override { return sigmoid(x); }
};

struct LeakyReLUArguments {
  double negative_slope = 0.01;
  std::vector<Field> fields() { return {{"negative_slope", &negative_slope}}; }
};

class LeakyReLU final : public Module {
 public:
  explicit LeakyReLU(const LeakyReLUArguments& arguments = {}) : arguments_(arguments) {}
  const char* type() const override { return "LeakyReLU"; }
  std::vector<Argument> arguments() const override { return list_arguments(arguments_); }
  Tensor forward(const Tensor& x) override { return leaky_relu(x, arguments_.negative_slope); }

 private:
  LeakyReLUArguments arguments_;
};

struct ELUArguments {
  double alpha = 1;
  std::vector<Field> fields() { return {{"alpha", &alpha}}; }
};

class ELU final : public Module {
 public:
  /// Throws ShapeError if alpha is negative.
  explicit ELU(const ELUArguments& arguments = {});
  const char* type() const override { return "ELU"; }
  std::vector<Argument> arguments() const override { return list_arguments(arguments_); }
  Tensor forward(const Tensor& x) override { return elu(x, arguments_.alpha); }

 private:
  ELUArguments arguments_;
};

/// `p` is the probability that an element is dropped.
struct DropoutArguments {
  double p = 0.5;
  std::vector<Field> fields() { return {{"p", &p}}; }
};

/// In training, zeroes random elements and scales the others up; in evaluation, does nothing.
class Dropout final : public Module {
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

/// Only `dim` 1 is implemented: the classes of x[N,classes].
struct SoftmaxArguments {
  Index dim = 1;
  std::vector<Field> fields() { return {{"dim", &dim}}; }
};

class Softmax final : public Module {
 public:
  explicit Softmax(const SoftmaxArguments& arguments = {});
  const char* type() const override { return "Softmax"; }
  Tensor forward(const Tensor& x) override { return softmax(x); }
  Shape output_shape(const Shape& input) const override;
  Footprint footprint(const Shape&) const override { return {whole_image}; }
};

class LogSoftmax final : public Module {
 public:
  explicit LogSoftmax(const SoftmaxArguments& arguments = {});
  const char* type() const override { return "LogSoftmax"; }
  Tensor forward(const Tensor& x) override { return log_softmax(x); }
  Shape output_shape(const Shape& input) const override;
  Footprint footprint(const Shape&) const override { return {whole_image}; }
};

}  // namespace glass::inline GLASS_PRECISION::nn
