#include "autograd/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

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

std::vector<double> doubles(const Tensor& tensor) {
  return {tensor.values().begin(), tensor.values().end()};
}

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace glass
