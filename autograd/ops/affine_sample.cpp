#include <algorithm>
#include <cmath>

#include "autograd/node.hpp"
#include "autograd/ops.hpp"
#include "autograd/threads.hpp"

namespace glass {

namespace {

/// Calls `visit(p, q, weight)` for every pixel p of y and the four pixels q of x around A p; an
/// outer q is -1.
template <class Visit>
void for_each_tap(const Shape& shape, const AffineSample& how, const Visit& visit) {
  const Index H = shape[2], W = shape[3];
  const auto height = static_cast<double>(H), width = static_cast<double>(W);
  const double middle_h = (height - 1) / 2, middle_w = (width - 1) / 2;
  const double c = std::cos(how.angle) / how.scale, s = std::sin(how.angle) / how.scale;
  constexpr Index work_per_pixel = 64;
  kernels::parallel_for(shape[0] * shape[1], work_per_pixel * shape.size(), [&](Index plane, int) {
    for (Index h = 0; h < H; ++h)
      for (Index w = 0; w < W; ++w) {
        const double down = static_cast<double>(h) - middle_h;
        const double right = static_cast<double>(w) - middle_w;
        // Beyond these limits all is `fill`, and an Index may not hold the place.
        const double row = std::max(-1.0, std::min(height, middle_h + c * down + s * right));
        const double column = std::max(-1.0, std::min(width, middle_w + c * right - s * down));
        const auto top = static_cast<Index>(std::floor(row));
        const auto left = static_cast<Index>(std::floor(column));
        for (const Index i : {top, top + 1})
          for (const Index j : {left, left + 1}) {
            const bool inside = i >= 0 && i < H && j >= 0 && j < W;
            const double weight = (1 - std::abs(row - static_cast<double>(i))) *
                                  (1 - std::abs(column - static_cast<double>(j)));
            visit((plane * H + h) * W + w, inside ? (plane * H + i) * W + j : -1,
                  static_cast<real>(weight));
          }
      }
  });
}

}  // namespace

///     y[p] = sum_q k(A p - q) x[q]
///     dx[q] = sum_p k(A p - q) dy[p]
///
/// with k(v,u) = max(0, 1 - |v|) max(0, 1 - |u|), where x[q] is `fill` outside the image and A
/// undoes the transformation: seen from the centre, A = [c s; -s c] / scale takes (down, right) of
/// y to x, with c = cos(angle), s = sin(angle). Jaderberg et al., 2015.
struct AffineSampleNode final : Node {
  AffineSample how;

  const char* name() const override { return "affine_sample"; }
  Grads backward(const Storage& dy) const override {
    const Storage dx = Storage::zeros(dy.size());
    for_each_tap(shape, how,
                 [from = dy.data(), to = dx.mutable_data()](Index p, Index q, real weight) {
                   if (q >= 0) to[q] += weight * from[p];
                 });
    return {dx};
  }
};

Tensor affine_sample(const Tensor& x, const AffineSample& how) {
  require(x.shape().rank() == 4, "affine_sample: x must be [N,C,H,W], got ", x.shape());
  require(how.scale > 0, "affine_sample: scale must be positive, got ", how.scale);
  Tensor y = Tensor::zeros(x.shape());
  for_each_tap(x.shape(), how,
               [from = x.data(), to = y.mutable_data(), fill = static_cast<real>(how.fill)](
                   Index p, Index q, real weight) { to[p] += weight * (q < 0 ? fill : from[q]); });
  if (auto node = record<AffineSampleNode>(y, {x})) node->how = how;
  return y;
}

}  // namespace glass
