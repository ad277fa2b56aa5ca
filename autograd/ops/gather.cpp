#include "autograd/node.hpp"
#include "autograd/ops/axis.hpp"

namespace glass {

namespace {

/// Calls `visit(y_offset, x_offset)` for each element of y. The index has y's shape.
template <class Visit>
void for_each_pick(const Axis& x, const Axis& y, const std::vector<Index>& index, Visit visit) {
  for (Index b = 0; b < y.before; ++b)
    for (Index k = 0; k < y.size; ++k)
      for (Index a = 0; a < y.after; ++a) {
        const Index i = y.offset(b, k, a);
        visit(i, x.offset(b, index[static_cast<std::size_t>(i)], a));
      }
}

}  // namespace

///     y[..,k,..] = x[..,index[..,k,..],..]
///     dx[..,j,..] = sum dy[..,k,..] over the k with index[..,k,..] = j
struct GatherNode final : Node {
  int axis = 0;
  std::vector<Index> index;

  const char* name() const override { return "gather"; }
  Grads backward(const Storage& dy) const override {
    const Shape& x = inputs[0].shape;
    const Storage dx = Storage::zeros(x.size());
    real* to = dx.mutable_data();
    for_each_pick({"gather", x, axis}, {"gather", shape, axis}, index,
                  [&](Index yi, Index xi) { to[xi] += dy.data()[yi]; });
    return {dx};
  }
};

Tensor gather(const Tensor& x, int axis, const std::vector<Index>& index) {
  const Axis from("gather", x.shape(), axis);
  const Index lines = from.before * from.after, found = static_cast<Index>(index.size());
  require(lines == 0 ? found == 0 : found % lines == 0, "gather: x ", x.shape(), " along axis ",
          axis, " needs as many indices for each of ", lines, " lines, got ", found);
  for (const Index i : index) {
    require(i >= 0 && i < from.size, "gather: index ", i, " is outside axis ", axis, " of x ",
            x.shape());
  }
  Tensor y = Tensor::empty(x.shape().with(axis, lines == 0 ? 1 : found / lines));
  real* to = y.mutable_data();
  for_each_pick(from, {"gather", y.shape(), axis}, index,
                [&](Index yi, Index xi) { to[yi] = x.data()[xi]; });
  if (auto node = record<GatherNode>(y, {x})) node->axis = axis, node->index = index;
  return y;
}

}  // namespace glass
