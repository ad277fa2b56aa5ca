#include "nn/merging.hpp"

#include <algorithm>

namespace glass::nn {

namespace {

std::vector<Shape> shapes_of(std::span<const Tensor> inputs) {
  std::vector<Shape> shapes;
  for (const Tensor& x : inputs) shapes.push_back(x.shape());
  return shapes;
}

/// Throws ShapeError unless there are two inputs or more, and each `fits`, which is `expected`.
template <class F>
void check(const char* type, std::span<const Shape> inputs, const char* expected, F fits) {
  require(inputs.size() > 1, type, ": takes two inputs or more, got ", inputs.size());
  if (std::ranges::all_of(inputs, fits)) return;
  std::string found;
  for (const Shape& shape : inputs) found += (found.empty() ? "" : " and ") + shape.str();
  throw ShapeError(text(type, ": expected inputs ", expected, ", got ", found));
}

}  // namespace

Shape Add::merged_shape(std::span<const Shape> inputs) const {
  check(type(), inputs, "of one shape", [&](const Shape& x) { return x == inputs[0]; });
  return inputs[0];
}

Tensor Add::merge(std::span<const Tensor> inputs) {
  merged_shape(shapes_of(inputs));
  Tensor y = inputs[0] + inputs[1];
  for (const Tensor& x : inputs.subspan(2)) y = y + x;
  return y;
}

Shape Multiply::merged_shape(std::span<const Shape> inputs) const {
  const auto size = [](const Shape& x) { return x.size(); };
  const Shape whole = inputs.empty() ? Shape() : std::ranges::max(inputs, {}, size);
  const auto fits = [&](const Shape& x) {
    return x == whole || (whole.rank() == 4 && x == Shape{whole[0], whole[1], 1, 1});
  };
  check(type(), inputs, "of one shape, or some of them [N,C,1,1]", fits);
  return whole;
}

Tensor Multiply::merge(std::span<const Tensor> inputs) {
  merged_shape(shapes_of(inputs));
  Tensor y = inputs[0] * inputs[1];
  for (const Tensor& x : inputs.subspan(2)) y = y * x;
  return y;
}

Concat::Concat(const ConcatArguments& arguments) {
  require(arguments.dim == 1, "Concat: only dim 1 is implemented, got ", arguments.dim);
}

Shape Concat::merged_shape(std::span<const Shape> inputs) const {
  const auto fits = [&](const Shape& x) {
    return x.rank() > 1 && x.rank() == inputs[0].rank() && x.with(1, 0) == inputs[0].with(1, 0);
  };
  check(type(), inputs, "[N,C,H,W] or [N,F] that differ in C or F alone", fits);
  Index channels = 0;
  for (const Shape& x : inputs) channels += x[1];
  return inputs[0].with(1, channels);
}

Tensor Concat::merge(std::span<const Tensor> inputs) {
  merged_shape(shapes_of(inputs));
  return cat({inputs.begin(), inputs.end()}, 1);
}

}  // namespace glass::nn
