#include "autograd/loops.hpp"
#include "autograd/node.hpp"
#include "autograd/ops.hpp"

namespace glass {

///     y = m x, where the mask m is 0 with probability p, else 1 / (1 - p)
///     dx = m dy
///
/// The same mask, and such that the mean is kept (Srivastava et al., 2014).
struct DropoutNode final : Node {
  Saved mask{this, "mask"};

  const char* name() const override { return "dropout"; }
  Grads backward(const Storage& dy) const override {
    return {map(dy, mask, [](real d, real m) { return m * d; })};
  }
};

Tensor dropout(const Tensor& x, double p, Rng& rng) {
  require(p >= 0 && p < 1, "dropout: p must be in [0, 1), got ", p);
  const auto kept = static_cast<real>(1 / (1 - p));
  const Storage mask(x.size());
  real* draws = mask.mutable_data();
  for (Index i = 0; i < x.size(); ++i) {  // one thread: draws have an order
    draws[i] = rng.uniform() < p ? real(0) : kept;
  }
  Tensor y = Tensor::wrap(x.shape(), map(x.storage(), mask, [](real v, real m) { return v * m; }));
  if (auto node = record<DropoutNode>(y, {x})) node->mask = mask;
  return y;
}

}  // namespace glass
