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

/// min(max(x, 0), 6).
class ReLU6 final : public Layer {
 public:
  const char* type() const override { return "ReLU6"; }
  Tensor forward(const Tensor& x) override { return relu6(x); }
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

/// x sigmoid(x). Hendrycks and Gimpel, 2016.
class SiLU final : public Layer {
 public:
  const char* type() const override { return "SiLU"; }
  Tensor forward(const Tensor& x) override { return silu(x); }
};

/// relu6(x + 3) / 6.
class Hardsigmoid final : public Layer {
 public:
  const char* type() const override { return "Hardsigmoid"; }
  Tensor forward(const Tensor& x) override { return hardsigmoid(x); }
};

/// x relu6(x + 3) / 6. Howard et al., 2019.
class Hardswish final : public Layer {
 public:
  const char* type() const override { return "Hardswish"; }
  Tensor forward(const Tensor& x) override { return hardswish(x); }
};

/// Arguments of GELU.
struct GELUArguments {
  std::string approximate = "none";  ///< or "tanh", which is nearly the same
  std::vector<Field> fields() { return {{"approximate", &approximate}}; }
};

/// x P(X <= x) for a normal X. Hendrycks and Gimpel, 2016.
class GELU final : public Layer {
 public:
  /// Throws ShapeError unless `approximate` is one of its two words.
  explicit GELU(const GELUArguments& arguments = {});
  const char* type() const override { return "GELU"; }
  std::vector<Argument> arguments() const override { return list_arguments(arguments_); }
  Tensor forward(const Tensor& x) override;

 private:
  GELUArguments arguments_;
};

/// x itself: what is left of a layer that was taken out.
class Identity final : public Layer {
 public:
  const char* type() const override { return "Identity"; }
  Tensor forward(const Tensor& x) override { return x; }
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

/// Arguments of Dropout and Dropout2d.
struct DropoutArguments {
  double p = 0.5;  ///< probability that an element, or a channel, is dropped, in [0, 1)
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

/// The same with whole channels of each image, x[N,C,H,W]. Tompson et al., 2015.
class Dropout2d final : public Layer {
 public:
  /// Takes a seed of its own from `rng`. Throws ShapeError unless p is in [0, 1).
  Dropout2d(const DropoutArguments& arguments, Rng& rng);
  const char* type() const override { return "Dropout2d"; }
  std::vector<Argument> arguments() const override { return list_arguments(arguments_); }
  Tensor forward(const Tensor& x) override;
  Shape output_shape(const Shape& input) const override;

 private:
  DropoutArguments arguments_;
  Rng rng_;
};

/// Arguments of Softmax and LogSoftmax.
struct SoftmaxArguments {
  Index dim = 1;  ///< the classes of x[N,classes]; or -1, the last one, which they are
  std::vector<Field> fields() { return {{"dim", &dim}}; }
};

/// x[N,classes] -> e^x / sum e^x in each row.
class Softmax final : public Layer {
 public:
  /// Throws ShapeError unless dim is 1 or -1.
  explicit Softmax(const SoftmaxArguments& arguments = {});
  const char* type() const override { return "Softmax"; }
  Tensor forward(const Tensor& x) override { return softmax(x); }
  Shape output_shape(const Shape& input) const override;
  Footprint footprint(const Shape&) const override { return {whole_image}; }
};

/// x[N,classes] -> x - log sum e^x in each row.
class LogSoftmax final : public Layer {
 public:
  /// Throws ShapeError unless dim is 1 or -1.
  explicit LogSoftmax(const SoftmaxArguments& arguments = {});
  const char* type() const override { return "LogSoftmax"; }
  Tensor forward(const Tensor& x) override { return log_softmax(x); }
  Shape output_shape(const Shape& input) const override;
  Footprint footprint(const Shape&) const override { return {whole_image}; }
};

}  // namespace glass::nn
