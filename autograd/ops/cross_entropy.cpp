#include <cmath>

#include "autograd/kernels.hpp"
#include "autograd/loops.hpp"
#include "autograd/node.hpp"
#include "autograd/ops.hpp"
#include "autograd/ops/rows.hpp"

namespace glass::inline GLASS_PRECISION {

/// y = -(1/N) sum_n log softmax(x)[n, label_n]. The two derivatives collapse into the difference
/// between what the network believes and what is true: dx = (softmax(x) - onehot(label)) dy / N.
struct CrossEntropyNode final : Node {
  Storage log_p;
  std::vector<Index> labels;

  const char* name() const override { return "cross_entropy"; }
  Grads backward(const Storage& dy) const override {
    const auto N = static_cast<Index>(labels.size()), K = log_p.size() / N;
    const real scale = *dy.data() / static_cast<real>(N);
    Storage dx = map(log_p, [=](real v) { return scale * std::exp(v); });
    for (Index n = 0; n < N; ++n) dx.data()[n * K + labels[static_cast<std::size_t>(n)]] -= scale;
    return {dx};
  }
  void release_saved() override { log_p = {}; }
};

Tensor cross_entropy(const Tensor& x, const std::vector<Index>& labels) {
  require_columns("cross_entropy", x, labels);
  const Index N = x.shape()[0], K = x.shape()[1];
  require(N > 0, "cross_entropy: expects at least one row, got x ", x.shape());
  const Storage log_p(x.size());
  kernels::log_softmax(x.data(), log_p.data(), N, K);
  double sum = 0;
  for (Index n = 0; n < N; ++n) sum -= log_p.data()[n * K + labels[static_cast<std::size_t>(n)]];
  Tensor y = Tensor::scalar(sum / static_cast<double>(N));
  if (auto node = record<CrossEntropyNode>(y, {x})) {
    node->log_p = log_p;
    node->labels = labels;
  }
  return y;
}

}  // namespace glass::inline GLASS_PRECISION
