#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "autograd/tensor.hpp"
#include "nn/io/stored_tensor.hpp"

/// Comparison with tensors that another program computed.
namespace glass {

inline const std::string golden_folder = GLASS_SOURCE_DIR "/tests/golden/";

inline Tensor to_tensor(const nn::StoredTensor& stored) {
  return Tensor::from(Shape(stored.shape.begin(), stored.shape.end()),
                      {stored.values.begin(), stored.values.end()});
}

/// The largest difference, relative to the largest magnitude of the expected tensor; 0 where both are 0.
inline double distance(const Tensor& found, const Tensor& expected) {
  REQUIRE(found.shape() == expected.shape());
  double difference = 0, magnitude = 0;
  for (Index i = 0; i < found.size(); ++i) {
    const double e = expected.data()[i], d = std::abs(found.data()[i] - e);
    if (!(d <= difference)) difference = d;  // NaN as well
    magnitude = std::max(magnitude, std::abs(e));
  }
  return difference == 0 ? 0 : difference / magnitude;
}

}  // namespace glass
