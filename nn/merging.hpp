#pragma once

#include "nn/layer.hpp"

/// Layers that read two layers or more, without parameters: where branches of a network meet.
///
/// Backward there is nothing new in them. Where a branch begins, its input is read twice, and the
/// engine adds what comes back: so with y = x + f(x) the gradient to x is dy + f'(x) dy, and the 1 in
/// it is the way on which gradients reach the first layers of a deep network (He et al., 2015).
namespace glass::nn {

/// What they have in common: two inputs or more, all of them [N,..].
class Merge : public Layer {
 public:
  // Of one input alone they make nothing: these throw ShapeError, as `merge` does of it.
  Tensor forward(const Tensor& x) override { return merge({&x, 1}); }
  Shape output_shape(const Shape& input) const override { return merged_shape({&input, 1}); }
};

/// a + b + ..., of one shape -> the same shape.
class Add final : public Merge {
 public:
  const char* type() const override { return "Add"; }
  Tensor merge(std::span<const Tensor> inputs) override;
  Shape merged_shape(std::span<const Shape> inputs) const override;
};

/// a b ..., of one shape [N,C,H,W], or some of them [N,C,1,1]: a factor for each channel, as
/// squeeze-and-excitation has it (Hu et al., 2018) -> [N,C,H,W].
class Multiply final : public Merge {
 public:
  const char* type() const override { return "Multiply"; }
  Tensor merge(std::span<const Tensor> inputs) override;
  Shape merged_shape(std::span<const Shape> inputs) const override;
};

/// Arguments of Concat.
struct ConcatArguments {
  Index dim = 1;  ///< only 1 is implemented: channels, or features
  std::vector<Field> fields() { return {{"dim", &dim}}; }
};

/// The channels of all inputs, one behind the other. [N,C_i,H,W] -> [N,sum C_i,H,W], and the same of
/// [N,F_i].
class Concat final : public Merge {
 public:
  /// Throws ShapeError unless dim is 1.
  explicit Concat(const ConcatArguments& arguments = {});
  const char* type() const override { return "Concat"; }
  Tensor merge(std::span<const Tensor> inputs) override;
  Shape merged_shape(std::span<const Shape> inputs) const override;
};

}  // namespace glass::nn
