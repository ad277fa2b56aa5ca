#pragma once

#include "autograd/tensor.hpp"

namespace glass::viz {

/// A copy of row `n` of a batch. batch[N,..] -> [1,..]
Tensor row(const Tensor& batch, Index n);
/// The same row `count` times. one[1,..] -> [count,..]
Tensor repeat(const Tensor& one, Index count);

}  // namespace glass::viz
