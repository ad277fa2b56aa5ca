#include "nn/activations.hpp"

namespace glass::nn {

namespace {

void check_probability(const char* type, const DropoutArguments& arguments) {
  require(arguments.p >= 0 && arguments.p < 1, type, ": p must be in [0, 1), got ", arguments.p);
}

void check_dim(const char* type, const SoftmaxArguments& arguments) {
  require(arguments.dim == 1 || arguments.dim == -1, type, ": only dim 1 is implemented, got ",
          arguments.dim);
}

Shape checked_classes(const char* type, const Shape& input) {
  require(input.rank() == 2, type, ": expected an input [N,classes], got ", input);
  return input;
}

}  // namespace

ELU::ELU(const ELUArguments& arguments) : arguments_(arguments) {
  require(arguments.alpha >= 0, "ELU: alpha must not be negative, got ", arguments.alpha);
}

GELU::GELU(const GELUArguments& arguments) : arguments_(arguments) {
  const std::string& word = arguments.approximate;
  require(word == "none" || word == "tanh", "GELU: approximate must be 'none' or 'tanh', got '",
          word, '\'');
}

Tensor GELU::forward(const Tensor& x) {
  return arguments_.approximate == "tanh" ? gelu_tanh(x) : gelu(x);
}

Dropout::Dropout(const DropoutArguments& arguments, Rng& rng)
    : arguments_(arguments), rng_(rng.bits()) {
  check_probability("Dropout", arguments);
}

Tensor Dropout::forward(const Tensor& x) { return training() ? dropout(x, arguments_.p, rng_) : x; }

Dropout2d::Dropout2d(const DropoutArguments& arguments, Rng& rng)
    : arguments_(arguments), rng_(rng.bits()) {
  check_probability("Dropout2d", arguments);
}

Tensor Dropout2d::forward(const Tensor& x) {
  const Shape shape = output_shape(x.shape());
  if (!training()) return x;
  return x * dropout(Tensor::full({shape[0], shape[1], 1, 1}, 1), arguments_.p, rng_);
}

Shape Dropout2d::output_shape(const Shape& input) const {
  require(input.rank() == 4, "Dropout2d: expected an input [N,C,H,W], got ", input);
  return input;
}

Softmax::Softmax(const SoftmaxArguments& arguments) { check_dim("Softmax", arguments); }
Shape Softmax::output_shape(const Shape& input) const { return checked_classes(type(), input); }

LogSoftmax::LogSoftmax(const SoftmaxArguments& arguments) { check_dim("LogSoftmax", arguments); }
Shape LogSoftmax::output_shape(const Shape& input) const { return checked_classes(type(), input); }

}  // namespace glass::nn
