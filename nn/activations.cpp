#include "nn/activations.hpp"

namespace glass::nn {

namespace {

void check_dim(const char* type, const SoftmaxArguments& arguments) {
  require(arguments.dim == 1, type, ": only dim 1 is implemented, got ", arguments.dim);
}

Shape checked_classes(const char* type, const Shape& input) {
  require(input.rank() == 2, type, ": expected an input [N,classes], got ", input);
  return input;
}

}  // namespace

ELU::ELU(const ELUArguments& arguments) : arguments_(arguments) {
  require(arguments.alpha >= 0, "ELU: alpha must not be negative, got ", arguments.alpha);
}

Dropout::Dropout(const DropoutArguments& arguments, Rng& rng)
    : arguments_(arguments), rng_(rng.bits()) {
  require(arguments.p >= 0 && arguments.p < 1, "Dropout: p must be in [0, 1), got ", arguments.p);
}

Tensor Dropout::forward(const Tensor& x) { return training() ? dropout(x, arguments_.p, rng_) : x; }

Softmax::Softmax(const SoftmaxArguments& arguments) { check_dim("Softmax", arguments); }
Shape Softmax::output_shape(const Shape& input) const { return checked_classes(type(), input); }

LogSoftmax::LogSoftmax(const SoftmaxArguments& arguments) { check_dim("LogSoftmax", arguments); }
Shape LogSoftmax::output_shape(const Shape& input) const { return checked_classes(type(), input); }

}  // namespace glass::nn
