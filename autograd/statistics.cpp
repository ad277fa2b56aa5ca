#include "autograd/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace glass {

Statistics statistics(const Tensor& tensor) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  Statistics result{.min = infinity, .max = -infinity};
  double squares = 0;
  Index zeros = 0;
  for (const double value : tensor.values()) {
    if (!std::isfinite(value)) {
      ++result.not_finite;
      continue;
    }
    result.min = std::min(result.min, value);
    result.max = std::max(result.max, value);
    squares += value * value;
    zeros += value == 0;
  }
  if (result.min > result.max) result.min = result.max = 0;
  result.l2 = std::sqrt(squares);
  if (tensor.size() > 0) {
    result.zeros = static_cast<double>(zeros) / static_cast<double>(tensor.size());
  }
  return result;
}

}  // namespace glass
