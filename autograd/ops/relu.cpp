#include <algorithm>

#include "autograd/node.hpp"
#include "autograd/ops.hpp"

namespace glass::inline GLASS_PRECISION {

/// y = max(x, 0). dx = dy where y > 0, else 0: at the kink itself no gradient passes.
struct ReluNode final : Node {
  Storage y;

  const char* name() const override { return "relu"; }

  Grads backward(const Storage& dy) const override {
    Storage dx(dy.size());
    std::transform(dy.begin(), dy.end(), y.begin(), dx.begin(),
                   [](real d, real v) { return v > 0 ? d : real(0); });
    return {dx};
  }

  void release_saved() override { y = {}; }
};

Tensor relu(const Tensor& x) {
  Tensor y = Tensor::empty(x.shape());
  std::ranges::transform(x.values(), y.data(), [](real v) { return v > 0 ? v : real(0); });
  if (auto node = record<ReluNode>(y, {x})) node->y = y.storage();
  return y;
}

}  // namespace glass::inline GLASS_PRECISION
