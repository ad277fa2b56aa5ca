#include <cmath>
#include <numeric>

#include "autograd/node.hpp"
#include "autograd/ops.hpp"
#include "docs/exercises/not_implemented.hpp"

namespace glass {

/// y_k = x_k - log sum_j e^{x_j} in each row.
struct LogSoftmaxNode final : Node {
  Saved y{this, "y"};

  const char* name() const override { return "log_softmax"; }
  Grads backward([[maybe_unused]] const Storage& dy) const override {
    // dx is as large as dy. `shape` is that of the output, [N,K], and `y` holds its values.
    throw NotImplemented("Exercise 9: log_softmax, forward and backward");
  }
};

Tensor log_softmax(const Tensor& x) {
  require(x.shape().rank() == 2 && x.shape()[1] > 0, "log_softmax: x must be [N,K], got ",
          x.shape());
  Tensor y = Tensor::empty(x.shape());
  // y is not filled yet.
  throw NotImplemented("Exercise 9: log_softmax, forward and backward");
  if (auto node = record<LogSoftmaxNode>(y, {x})) node->y = y.storage();
  return y;
}

}  // namespace glass
