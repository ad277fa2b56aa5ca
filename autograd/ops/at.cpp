#include "autograd/core_ops.hpp"
#include "autograd/node.hpp"

namespace glass {

///     y = x[index]
///     dx[index] = dy, and 0 elsewhere
struct AtNode final : Node {
  Index offset = 0;

  const char* name() const override { return "at"; }
  Grads backward(const Storage& dy) const override {
    Storage dx = Storage::zeros(inputs[0].shape.size());
    dx.mutable_data()[offset] = *dy.data();
    return {dx};
  }
};

Tensor at(const Tensor& x, const std::vector<Index>& index) {
  const Shape& xs = x.shape();
  require(static_cast<int>(index.size()) == xs.rank(), "at: x ", xs, " needs ", xs.rank(),
          " coordinates, got ", index.size());
  Index offset = 0;
  for (int axis = 0; axis < xs.rank(); ++axis) {
    const Index i = index[static_cast<std::size_t>(axis)];
    require(i >= 0 && i < xs[axis], "at: coordinate ", i, " is outside dimension ", axis, " of x ",
            xs);
    offset = offset * xs[axis] + i;
  }
  Tensor y = Tensor::scalar(x.data()[offset]);
  if (auto node = record<AtNode>(y, {x})) node->offset = offset;
  return y;
}

}  // namespace glass
