#include "nn/normalisation.hpp"

#include <algorithm>

namespace glass::nn {

namespace {

void make_affine(const char* type, const Shape& shape, Tensor& weight, Tensor& bias) {
  check_size(text(type, ": weight"), shape);
  weight = Tensor::full(shape, 1).requires_grad(true);
  bias = Tensor::zeros(shape).requires_grad(true);
}

void reset_affine(const Tensor& weight, const Tensor& bias) {
  if (!weight) return;
  std::ranges::fill(weight.mutable_values(), real(1));
  std::ranges::fill(bias.mutable_values(), real(0));
}

/// x, in which what lies beside each other in rows of this length is normalised; then times weight plus
/// bias, if there are any, each repeated along the axes in which `beside` is 1.
Tensor normalised(const Tensor& x, Index row, double eps, const Tensor& weight, const Tensor& bias,
                  const Shape& beside) {
  const Tensor rows = layer_norm(reshape(x, {x.size() / row, row}), eps);
  const Tensor y = reshape(rows, x.shape());
  return weight ? y * reshape(weight, beside) + reshape(bias, beside) : y;
}

}  // namespace

GroupNorm::GroupNorm(const GroupNormArguments& arguments) : arguments_(arguments) {
  const auto& [groups, channels, eps, affine] = arguments;
  require(groups > 0 && channels > 0 && channels % groups == 0,
          "GroupNorm: num_groups must divide num_channels, got ", groups, " and ", channels);
  require(eps > 0, "GroupNorm: eps must be positive, got ", eps);
  if (affine) make_affine(type(), {channels}, weight, bias);
}

void GroupNorm::reset_parameters(Rng&) { reset_affine(weight, bias); }

Tensor GroupNorm::forward(const Tensor& x) {
  const Shape shape = output_shape(x.shape());
  const Index channels = shape[1], row = channels / arguments_.num_groups * shape[2] * shape[3];
  return normalised(x, row, arguments_.eps, weight, bias, {1, channels, 1, 1});
}

Shape GroupNorm::output_shape(const Shape& input) const {
  require(input.rank() == 4 && input[1] == arguments_.num_channels && input[2] * input[3] > 0,
          "GroupNorm: expected an input [N,", arguments_.num_channels, ",H,W], got ", input);
  return input;
}

LayerNorm::LayerNorm(const LayerNormArguments& arguments) : arguments_(arguments) {
  const auto& sizes = arguments.normalized_shape;
  require(!sizes.empty() && sizes.size() < Shape::max_rank &&
              std::ranges::all_of(sizes, [](Index size) { return size > 0; }),
          "LayerNorm: normalized_shape must be one to three positive sizes, got ",
          tuple_text(sizes));
  require(arguments.eps > 0, "LayerNorm: eps must be positive, got ", arguments.eps);
  const Shape shape(sizes.begin(), sizes.end());
  check_size("LayerNorm: normalized_shape", shape);
  if (arguments.elementwise_affine) make_affine(type(), shape, weight, bias);
}

void LayerNorm::reset_parameters(Rng&) { reset_affine(weight, bias); }

Tensor LayerNorm::forward(const Tensor& x) {
  const auto& sizes = arguments_.normalized_shape;
  Shape beside = output_shape(x.shape());
  Index row = 1;
  for (const Index size : sizes) row *= size;
  for (int axis = 0; axis < beside.rank() - static_cast<int>(sizes.size()); ++axis) {
    beside = beside.with(axis, 1);
  }
  return normalised(x, row, arguments_.eps, weight, bias, beside);
}

Shape LayerNorm::output_shape(const Shape& input) const {
  const auto& sizes = arguments_.normalized_shape;
  const auto count = static_cast<std::ptrdiff_t>(sizes.size());
  require(input.rank() > count && std::equal(sizes.begin(), sizes.end(), input.end() - count),
          "LayerNorm: expected an input whose last dimensions are ",
          Shape(sizes.begin(), sizes.end()), ", got ", input);
  return input;
}

LocalResponseNorm::LocalResponseNorm(const LocalResponseNormArguments& arguments)
    : arguments_(arguments) {
  require(arguments.size > 0, "LocalResponseNorm: size must be positive, got ", arguments.size);
}

Tensor LocalResponseNorm::forward(const Tensor& x) {
  const auto& [size, alpha, beta, k] = arguments_;
  return local_response_norm(x, {size, alpha, beta, k});
}

Shape LocalResponseNorm::output_shape(const Shape& input) const {
  require(input.rank() == 4, "LocalResponseNorm: expected an input [N,C,H,W], got ", input);
  return input;
}

}  // namespace glass::nn
