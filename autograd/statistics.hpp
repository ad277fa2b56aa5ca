#pragma once

#include <vector>

#include "autograd/tensor.hpp"

namespace glass {

/// What one looks at first in a tensor. Elements that are not finite are counted, and take no part
/// in the rest.
struct Statistics {
  double min = 0, max = 0;  ///< of the finite elements
  double l2 = 0;            ///< the Euclidean norm
  double zeros = 0;         ///< share of the elements that are exactly 0
  Index not_finite = 0;     ///< NaN or infinite
};

/// All 0 for an empty tensor.
Statistics statistics(const Tensor& tensor);

/// The numbers of a tensor, in double precision.
std::vector<double> doubles(const Tensor& tensor);
/// Of one number or more.
double mean(const std::vector<double>& values);

}  // namespace glass
