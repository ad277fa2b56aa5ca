#pragma once

#include <string>
#include <vector>

#include "autograd/tensor.hpp"

namespace glass::inline GLASS_PRECISION::viz {

/// What is maximised, of the one-hot class c of an output z:
///
///     logit     z_c                    never saturates, and has no upper bound
///     logprob   log softmax(z)_c       the training loss, with the image as its variable
///     softmax   softmax(z)_c           its gradient vanishes where the probability is 0 or 1
enum class Objective { logit, logprob, softmax };

/// Throws Error listing the names unless `name` is one of them.
Objective parse_objective(const std::string& name);

/// output[N,K] -> [N]: the objective of class `classes[n]` for each picture n.
Tensor class_objective(Objective objective, const Tensor& output,
                       const std::vector<Index>& classes);

}  // namespace glass::inline GLASS_PRECISION::viz
