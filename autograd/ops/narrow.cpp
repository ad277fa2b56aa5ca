#include "autograd/node.hpp"
#include "autograd/ops/axis.hpp"

namespace glass {

///     y[..,k,..] = x[..,begin + k,..]
///     dx[..,begin + k,..] = dy[..,k,..], and 0 elsewhere
struct NarrowNode final : Node {
  int axis = 0;
  Index begin = 0;

  const char* name() const override { return "narrow"; }
  Grads backward(const Storage& dy) const override {
    const Shape& x = inputs[0].shape;
    const Storage dx = Storage::zeros(x.size());
    copy_into(dx.mutable_data(), {"narrow", x, axis}, begin, {"narrow", shape, axis}, dy.data());
    return {dx};
  }
};

Tensor narrow(const Tensor& x, int axis, Index begin, Index length) {
  const Axis whole("narrow", x.shape(), axis);
  require(begin >= 0 && length >= 0 && begin <= whole.size - length, "narrow: ", length,
          " entries from ", begin, " on are outside axis ", axis, " of x ", x.shape());
  Tensor y = Tensor::empty(x.shape().with(axis, length));
  copy_from(x.data(), whole, begin, {"narrow", y.shape(), axis}, y.mutable_data());
  if (auto node = record<NarrowNode>(y, {x})) node->axis = axis, node->begin = begin;
  return y;
}

}  // namespace glass
