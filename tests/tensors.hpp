#pragma once

#include <vector>

#include "autograd/ops.hpp"
#include "nn/module.hpp"

/// Tensors as tests make and compare them.
namespace glass::testing {

inline Tensor trainable(double value) { return Tensor::scalar(value).requires_grad(true); }

inline std::vector<real> numbers(const Tensor& tensor) {
  return {tensor.values().begin(), tensor.values().end()};
}

/// All that a module learnt: its parameters, and then its buffers.
inline std::vector<real> numbers(const nn::Module& module) {
  std::vector<real> all;
  for (const auto& list : {module.parameters(), module.buffers()})
    for (const auto& [name, tensor] : list)
      all.insert(all.end(), tensor.values().begin(), tensor.values().end());
  return all;
}

}  // namespace glass::testing
