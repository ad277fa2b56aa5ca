#include <cmath>

#include "autograd/ops.hpp"
#include "autograd/ops/axis.hpp"
#include "autograd/ops/reduce.hpp"

namespace glass {

std::vector<Index> argmax(const Tensor& x, int axis) {
  const Axis lines("argmax", x.shape(), axis);
  require(lines.size > 0, "argmax: axis ", axis, " of x ", x.shape(), " is empty");
  std::vector<Index> best;
  for (Index b = 0; b < lines.before; ++b)
    for (Index a = 0; a < lines.after; ++a) {
      Index winner = 0;
      for (Index k = 1; k < lines.size; ++k) {
        const real rival = x.data()[lines.offset(b, k, a)];
        const real champion = x.data()[lines.offset(b, winner, a)];
        if (rival > champion || (std::isnan(rival) && !std::isnan(champion))) winner = k;
      }
      best.push_back(winner);
    }
  return best;
}

/// The largest is the one that `argmax` names: `gather` on the tape, which hands all of dy to it, and
/// of equal ones to the first.
Tensor max(const Tensor& x, int axis, bool keep) {
  const Shape shape = reduced_shape("max", x.shape(), {axis}, keep);
  const Tensor y = gather(x, axis, argmax(x, axis));
  return keep ? y : reshape(y, shape);
}

}  // namespace glass
