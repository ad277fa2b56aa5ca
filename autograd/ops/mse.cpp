#include "autograd/loops.hpp"
#include "autograd/node.hpp"
#include "autograd/ops.hpp"

namespace glass {

///     y = (1/n) sum_i (a_i - b_i)^2
///     da = (2/n) (a - b) dy
///     db = -da
struct MseNode final : Node {
  Saved difference{this, "difference"};

  const char* name() const override { return "mse"; }
  Grads backward(const Storage& dy) const override {
    const real slope = 2 * *dy.data() / static_cast<real>(difference.size());
    const auto scaled = [&](real s) { return map(difference, [=](real d) { return s * d; }); };
    return {need[0] ? scaled(slope) : Storage(), need[1] ? scaled(-slope) : Storage()};
  }
};

Tensor mse(const Tensor& a, const Tensor& b) {
  require(a.shape() == b.shape(), "mse: shapes differ, ", a.shape(), " and ", b.shape());
  require(a.size() > 0, "mse: expects at least one element, got shape ", a.shape());
  const Storage difference = map(a.storage(), b.storage(), [](real u, real v) { return u - v; });
  const real* d = difference.data();
  const double sum = sum_over(0, a.size(), [=](Index i) { return d[i] * d[i]; });
  Tensor y = Tensor::scalar(sum / static_cast<double>(a.size()));
  if (auto node = record<MseNode>(y, {a, b})) node->difference = difference;
  return y;
}

}  // namespace glass
