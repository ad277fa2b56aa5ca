#include "autograd/core_ops.hpp"
#include "autograd/loops.hpp"
#include "autograd/node.hpp"

namespace glass {

///     y = x, its elements in the same order, in another shape
///     dx = dy
///
/// All share one buffer.
struct ReshapeNode final : Node {
  const char* name() const override { return "reshape"; }
  Grads backward(const Storage& dy) const override { return {dy}; }
};

Tensor reshape(const Tensor& x, const Shape& shape) {
  require(shape.size() == x.size(), "reshape: ", x.shape(), " has ", x.size(), " elements, ", shape,
          " needs ", shape.size());
  Tensor y = Tensor::wrap(shape, x.storage());
  record<ReshapeNode>(y, {x});
  return y;
}

Tensor flatten(const Tensor& x) {
  const Shape& shape = x.shape();
  require(shape.rank() >= 1, "flatten: expects [N,..], got a scalar");
  Index rest = 1;
  for (int axis = 1; axis < shape.rank(); ++axis) rest *= shape[axis];
  return reshape(x, {shape[0], rest});
}

}  // namespace glass
