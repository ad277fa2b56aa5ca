#include <algorithm>
#include <cmath>

#include "autograd/channels.hpp"
#include "autograd/loops.hpp"
#include "autograd/node.hpp"
#include "autograd/ops.hpp"

namespace glass {

namespace {

/// y[n,c,..] = the sum of x[n,j,..] over the channels j from c - before to c + after, as far as there
/// are.
Storage sum_of_neighbours(const Storage& x, const Shape& shape, Index before, Index after) {
  const Storage y = Storage::zeros(x.size());
  const Channels channels(shape);
  const real* from = x.data();
  real* to = y.mutable_data();
  channels.for_each_plane([=](Index c, Index begin, Index end) {
    const Index first = std::max<Index>(c - before, 0);
    const Index last = std::min(c + after, channels.C - 1);
    for (Index j = first; j <= last; ++j) {
      const real* plane = from + (j - c) * channels.pixels;
      for (Index i = begin; i < end; ++i) to[i] += plane[i];
    }
  });
  return y;
}

}  // namespace

///     y_c = x_c d_c^-beta with d_c = k + alpha / size sum_j x_j^2, over the neighbours j of c
///     dx_j = d_j^-beta dy_j - 2 alpha beta / size x_j sum_c dy_c y_c / d_c, over those it is one of
///
/// since dd_c/dx_j = 2 alpha / size x_j, at each pixel.
struct LocalResponseNormNode final : Node {
  Saved x{this, "x"}, d{this, "d"};
  LocalResponseNormOptions options;

  const char* name() const override { return "local_response_norm"; }
  Grads backward(const Storage& dy) const override {
    const auto& [size, alpha, beta, k] = options;
    const auto power = static_cast<real>(-beta);
    const auto slope = static_cast<real>(2 * alpha * beta / static_cast<double>(size));
    const Storage direct = map(dy, d, [=](real g, real base) { return g * std::pow(base, power); });
    const Storage through = map(map(direct, x, std::multiplies<real>()), d, std::divides<real>());
    const Storage sums = sum_of_neighbours(through, shape, (size - 1) / 2, size / 2);
    const Storage rest = map(sums, x, [=](real sum, real v) { return slope * v * sum; });
    return {map(direct, rest, std::minus<real>())};
  }
};

Tensor local_response_norm(const Tensor& x, const LocalResponseNormOptions& options) {
  const auto& [size, alpha, beta, k] = options;
  require(x.shape().rank() == 4, "local_response_norm: x must be [N,C,H,W], got ", x.shape());
  require(size > 0, "local_response_norm: size must be positive, got ", size);
  const auto power = static_cast<real>(-beta), start = static_cast<real>(k);
  const auto share = static_cast<real>(alpha / static_cast<double>(size));
  const Storage squares = map(x.storage(), [](real v) { return v * v; });
  const Storage sums = sum_of_neighbours(squares, x.shape(), size / 2, (size - 1) / 2);
  const Storage d = map(sums, [=](real sum) { return start + share * sum; });
  Tensor y = Tensor::wrap(
      x.shape(), map(x.storage(), d, [=](real v, real base) { return v * std::pow(base, power); }));
  if (auto node = record<LocalResponseNormNode>(y, {x})) {
    node->x = x.storage();
    node->d = d;
    node->options = options;
  }
  return y;
}

}  // namespace glass
