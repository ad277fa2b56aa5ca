#include "autograd/channels.hpp"
#include "autograd/loops.hpp"
#include "autograd/node.hpp"
#include "autograd/ops.hpp"

namespace glass {

///     y[n,c,..] = (x[n,c,..] - mean[c]) / std[c]
///     dx = dy / std[c]
struct NormaliseNode final : Node {
  std::vector<double> std;

  const char* name() const override { return "normalise"; }
  Grads backward(const Storage& dy) const override {
    Storage dx(dy.size());
    const Channels channels(shape);
    channels.for_each([&](Index c) {
      const auto scale = static_cast<real>(1 / std[static_cast<std::size_t>(c)]);
      const real* from = dy.data();
      real* to = dx.mutable_data();
      channels.for_each_element(c, [=](Index i) { to[i] = scale * from[i]; });
    });
    return {dx};
  }
};

Tensor normalise(const Tensor& x, const std::vector<double>& mean, const std::vector<double>& std) {
  require(x.shape().rank() == 4, "normalise: x must be [N,C,H,W], got ", x.shape());
  const auto channels = static_cast<std::size_t>(x.shape()[1]);
  require(mean.size() == channels && std.size() == channels, "normalise: x ", x.shape(), " needs ",
          channels, " means and standard deviations, got ", mean.size(), " and ", std.size());
  for (const double value : std) require(value > 0, "normalise: std must be positive, got ", value);

  Tensor y = Tensor::empty(x.shape());
  const Channels view(x.shape());
  view.for_each([&](Index c) {
    const auto centre = static_cast<real>(mean[static_cast<std::size_t>(c)]);
    const auto scale = static_cast<real>(1 / std[static_cast<std::size_t>(c)]);
    const real* from = x.data();
    real* to = y.mutable_data();
    view.for_each_element(c, [=](Index i) { to[i] = (from[i] - centre) * scale; });
  });
  if (auto node = record<NormaliseNode>(y, {x})) node->std = std;
  return y;
}

}  // namespace glass
