#include "autograd/node.hpp"
#include "autograd/ops/axis.hpp"

namespace glass {

///     y = x_0, x_1, ... one behind the other along the axis
///     dx = its own part of dy
struct CatNode final : Node {
  int axis = 0;

  const char* name() const override { return "cat"; }
  Grads backward(const Storage& dy) const override {
    Grads grads(inputs.size());
    Index begin = 0;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const Axis part("cat", inputs[i].shape, axis);
      if (need[i]) {
        grads[i] = Storage(inputs[i].shape.size());
        copy_from(dy.data(), {"cat", shape, axis}, begin, part, grads[i].mutable_data());
      }
      begin += part.size;
    }
    return grads;
  }
};

Tensor cat(const std::vector<Tensor>& parts, int axis) {
  require(!parts.empty(), "cat: expects at least one tensor");
  const Shape& first = parts.front().shape();
  Index size = 0;
  for (const Tensor& x : parts) {
    const Axis part("cat", x.shape(), axis);
    require(x.shape().rank() == first.rank() && x.shape().with(axis, 0) == first.with(axis, 0),
            "cat: shapes differ beside axis ", axis, ", ", first, " and ", x.shape());
    size += part.size;
  }
  Tensor y = Tensor::empty(first.with(axis, size));
  Index begin = 0;
  for (const Tensor& x : parts) {
    const Axis part("cat", x.shape(), axis);
    copy_into(y.mutable_data(), {"cat", y.shape(), axis}, begin, part, x.data());
    begin += part.size;
  }
  if (auto node = record<CatNode>(y, parts)) node->axis = axis;
  return y;
}

}  // namespace glass
