#include "autograd/node.hpp"
#include "autograd/ops.hpp"
#include "autograd/ops/rows.hpp"

namespace glass {

/// y[n] = x[n, columns[n]]: dx[n, columns[n]] = dy[n], and 0 elsewhere.
struct GatherNode final : Node {
  std::vector<Index> columns;

  const char* name() const override { return "gather"; }
  Grads backward(const Storage& dy) const override {
    const Index K = inputs[0].shape[1];
    Storage dx = Storage::zeros(dy.size() * K);
    real* to = dx.mutable_data();
    for (Index n = 0; n < dy.size(); ++n) {
      to[n * K + columns[static_cast<std::size_t>(n)]] = dy.data()[n];
    }
    return {dx};
  }
};

Tensor gather(const Tensor& x, const std::vector<Index>& columns) {
  require_columns("gather", x, columns);
  const Index N = x.shape()[0], K = x.shape()[1];
  Tensor y = Tensor::empty({N});
  real* to = y.mutable_data();
  for (Index n = 0; n < N; ++n) {
    to[n] = x.data()[n * K + columns[static_cast<std::size_t>(n)]];
  }
  if (auto node = record<GatherNode>(y, {x})) node->columns = columns;
  return y;
}

}  // namespace glass
