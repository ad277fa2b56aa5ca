#pragma once

#include "autograd/ops.hpp"

/// Read this, and predict what it leaves on the tape.
inline glass::Tensor program(const glass::Tensor& weight) {
  using namespace glass;
  const Tensor x = Tensor::from({1, 2}, {3, 1});
  const Tensor bright = 2 * x;
  const Tensor y = linear(bright, weight);
  const Tensor error = y - Tensor::full({1, 2}, 1);
  const Tensor fit = sum(relu(error));
  const Tensor penalty = 0.5 * sum(square(weight));
  return fit + penalty;
}
