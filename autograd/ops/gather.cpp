#include "autograd/node.hpp"
#include "autograd/ops.hpp"
#include "autograd/ops/rows.hpp"

namespace glass::inline GLASS_PRECISION {

/// y[n] = x[n, columns[n]]: dy[n] goes back to where y[n] came from.
struct GatherNode final : Node {
  std::vector<Index> columns;

  const char* name() const override { return "gather"; }
  Grads backward(const Storage& dy) const override {
    const Index K = inputs[0].shape()[1];
    Storage dx = Storage::zeros(dy.size() * K);
    for (Index n = 0; n < dy.size(); ++n) {
      dx.data()[n * K + columns[static_cast<std::size_t>(n)]] = dy.data()[n];
    }
    return {dx};
  }
};

Tensor gather(const Tensor& x, const std::vector<Index>& columns) {
  require_columns("gather", x, columns);
  const Index N = x.shape()[0], K = x.shape()[1];
  Tensor y = Tensor::empty({N});
  for (Index n = 0; n < N; ++n) {
    y.data()[n] = x.data()[n * K + columns[static_cast<std::size_t>(n)]];
  }
  if (auto node = record<GatherNode>(y, {x})) node->columns = columns;
  return y;
}

}  // namespace glass::inline GLASS_PRECISION
