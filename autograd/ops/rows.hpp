#pragma once

#include <vector>

#include "autograd/ops.hpp"

namespace glass {

/// Throws ShapeError, naming `operation`, unless x is [N,K] and `columns` has N entries below K.
inline void require_columns(const char* operation, const Tensor& x,
                            const std::vector<Index>& columns) {
  require(x.shape().rank() == 2, operation, ": x must be [N,K], got ", x.shape());
  const Index N = x.shape()[0], K = x.shape()[1];
  require(static_cast<Index>(columns.size()) == N, operation, ": x ", x.shape(), " needs ", N,
          " indices, got ", columns.size());
  for (const Index k : columns) {
    require(k >= 0 && k < K, operation, ": index ", k, " is outside x ", x.shape());
  }
}

}  // namespace glass
