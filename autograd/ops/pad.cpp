#include <algorithm>

#include "autograd/node.hpp"
#include "autograd/ops.hpp"

namespace glass {

namespace {

/// Calls `visit(y_offset, x_offset, count)` for every stretch of a row that x and y share, where
/// y[n,c,h,w] = x[n,c,h - top,w - left].
template <class Visit>
void for_each_shared_row(const Shape& x, const Shape& y, const Padding& padding, Visit visit) {
  const Index begin = std::max<Index>(padding.left, 0);
  const Index end = std::min(padding.left + x[3], y[3]);
  for (Index plane = 0; plane < x[0] * x[1]; ++plane)
    for (Index h = 0; h < y[2]; ++h) {
      const Index from = h - padding.top;
      if (from < 0 || from >= x[2] || begin >= end) continue;
      visit((plane * y[2] + h) * y[3] + begin, (plane * x[2] + from) * x[3] + begin - padding.left,
            end - begin);
    }
}

}  // namespace

///     y[n,c,h,w] = x[n,c,h - top,w - left] inside the image, `fill` outside
///     dx = what of dy lies inside
struct PadNode final : Node {
  Padding padding;

  const char* name() const override { return "pad"; }
  Grads backward(const Storage& dy) const override {
    const Shape& x = inputs[0].shape;
    const Storage dx = Storage::zeros(x.size());
    real* out = dx.mutable_data();
    for_each_shared_row(x, shape, padding, [&](Index to, Index from, Index count) {
      std::copy_n(dy.data() + to, count, out + from);
    });
    return {dx};
  }
};

Tensor pad(const Tensor& x, const Padding& padding, double fill) {
  const Shape& xs = x.shape();
  require(xs.rank() == 4, "pad: x must be [N,C,H,W], got ", xs);
  const Index height = xs[2] + padding.top + padding.bottom;
  const Index width = xs[3] + padding.left + padding.right;
  require(height >= 0 && width >= 0, "pad: crops more than there is of x ", xs);
  Tensor y = Tensor::full({xs[0], xs[1], height, width}, fill);
  real* out = y.mutable_data();
  for_each_shared_row(xs, y.shape(), padding, [&](Index to, Index from, Index count) {
    std::copy_n(x.data() + from, count, out + to);
  });
  if (auto node = record<PadNode>(y, {x})) node->padding = padding;
  return y;
}

Tensor shift(const Tensor& x, Index dy, Index dx, double fill) {
  return pad(x, {.top = dy, .bottom = -dy, .left = dx, .right = -dx}, fill);
}

}  // namespace glass
