#include "autograd/core_ops.hpp"
#include "autograd/node.hpp"
#include "autograd/ops/broadcast.hpp"

namespace glass {

///     y = sum_i x_i, over the axes that become one entry
///     dx_i = dy
///
/// Each x_i receives the dy of the sum that it went into.
struct SumNode final : Node {
  Shape kept;  ///< y's, with size 1 for each axis that is gone

  const char* name() const override { return "sum"; }
  Grads backward(const Storage& dy) const override { return {expand(dy, kept, inputs[0].shape)}; }
};

Tensor sum_into(const Tensor& x, const Shape& kept, const Shape& shape) {
  const bool nothing_to_add = kept == x.shape();
  Tensor y = Tensor::wrap(shape, nothing_to_add ? Storage::copy_of(x.storage())
                                                : sum_to_size(x.storage(), x.shape(), kept));
  if (auto node = record<SumNode>(y, {x})) node->kept = kept;
  return y;
}

Tensor sum(const Tensor& x) { return sum_into(x, ones(x.shape().rank()), {}); }

}  // namespace glass
