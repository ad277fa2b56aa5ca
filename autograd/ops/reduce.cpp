#include "autograd/ops/reduce.hpp"

#include "autograd/ops.hpp"
#include "autograd/ops/axis.hpp"
#include "autograd/ops/broadcast.hpp"

namespace glass {

Shape reduced_shape(const char* operation, const Shape& x, const std::vector<int>& axes,
                    bool keep) {
  for (const int axis : axes) Axis(operation, x, axis);
  Shape y;
  for (int axis = 0; axis < x.rank(); ++axis) {
    const bool reduced = std::ranges::find(axes, axis) != axes.end();
    if (!reduced || keep) y.append(reduced ? 1 : x[axis]);
  }
  return y;
}

Tensor sum(const Tensor& x, const std::vector<int>& axes, bool keep) {
  return sum_into(x, reduced_shape("sum", x.shape(), axes, true),
                  reduced_shape("sum", x.shape(), axes, keep));
}

}  // namespace glass
