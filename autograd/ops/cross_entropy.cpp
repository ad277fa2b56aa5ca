#include <cmath>
#include <numeric>

#include "autograd/kernels.hpp"
#include "autograd/loops.hpp"
#include "autograd/node.hpp"
#include "autograd/ops.hpp"
#include "autograd/ops/rows.hpp"

namespace glass {

///     y = -(1/N) sum_nk t[n,k] log softmax(x)[n,k], t[n] = (1 - s) onehot(label_n) + s / K
///     dx = (softmax(x) - t) dy / N
///
/// The two derivatives, of the logarithm and of the softmax, collapse into the difference between
/// what the network believes and what is true.
struct CrossEntropyNode final : Node {
  Saved log_p{this, "log_p"};
  std::vector<Index> labels;
  real smoothing;

  const char* name() const override { return "cross_entropy"; }
  Grads backward(const Storage& dy) const override {
    const auto N = static_cast<Index>(labels.size()), K = log_p.size() / N;
    const real scale = *dy.data() / static_cast<real>(N);
    const real other = smoothing / static_cast<real>(K);
    Storage dx = map(log_p, [=](real v) { return scale * (std::exp(v) - other); });
    real* to = dx.mutable_data();
    for (Index n = 0; n < N; ++n) {
      to[n * K + labels[static_cast<std::size_t>(n)]] -= scale * (1 - smoothing);
    }
    return {dx};
  }
};

Tensor cross_entropy(const Tensor& x, const std::vector<Index>& labels, double smoothing) {
  require_columns("cross_entropy", x, labels);
  const Index N = x.shape()[0], K = x.shape()[1];
  require(N > 0, "cross_entropy: expects at least one row, got x ", x.shape());
  require(smoothing >= 0 && smoothing < 1, "cross_entropy: smoothing must be in [0, 1), got ",
          smoothing);
  const Storage log_p(x.size());
  kernels::log_softmax(x.data(), log_p.mutable_data(), N, K);
  double sum = 0;
  for (Index n = 0; n < N; ++n) {
    const real* row = log_p.data() + n * K;
    sum -= (1 - smoothing) * row[labels[static_cast<std::size_t>(n)]];
    if (smoothing > 0) {
      sum -= smoothing / static_cast<double>(K) * std::accumulate(row, row + K, 0.0);
    }
  }
  Tensor y = Tensor::scalar(sum / static_cast<double>(N));
  if (auto node = record<CrossEntropyNode>(y, {x})) {
    node->log_p = log_p;
    node->labels = labels;
    node->smoothing = static_cast<real>(smoothing);
  }
  return y;
}

}  // namespace glass
