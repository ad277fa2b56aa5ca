#include <algorithm>
#include <cmath>
#include <vector>

#include "autograd/node.hpp"
#include "autograd/ops.hpp"

/// Compiled twice, as the library is.
namespace glass {

/// How far central differences with the step 10^-k, for k = 0, 1/4, .. 12, are from the gradient that
/// `backward()` gives of sum tanh(conv2d(x, w)): the largest error over all pixels, relative to the
/// largest gradient.
std::vector<double> central_difference_errors() {
  Rng rng(0);
  const Tensor w = Tensor::randn({2, 1, 3, 3}, rng, 0.3);
  const auto f = [&](const Tensor& x) { return sum(tanh(conv2d(x, w, {}, {.padding = 1}))); };
  const Tensor x = Tensor::randn({1, 1, 6, 6}, rng).requires_grad(true);
  f(x).backward();

  const NoGrad no_grad;
  std::vector<double> errors;
  for (double k = 0; k <= 12; k += 0.25) {
    const double h = std::pow(10.0, -k);
    double worst = 0, largest = 0;
    for (Index i = 0; i < x.size(); ++i) {
      const Tensor above = x.clone(), below = x.clone();
      above.mutable_data()[i] += static_cast<real>(h);
      below.mutable_data()[i] -= static_cast<real>(h);
      const double estimate = (double(f(above).item()) - double(f(below).item())) / (2 * h);
      worst = std::max(worst, std::abs(estimate - x.grad().data()[i]));
      largest = std::max<double>(largest, std::abs(x.grad().data()[i]));
    }
    errors.push_back(worst / largest);
  }
  return errors;
}

}  // namespace glass
