#pragma once

#include <cstddef>
#include <string_view>

#include "autograd/precision.hpp"

namespace glass::nn {

/// A number format of safetensors.
struct DType {
  const char* name;   ///< "F32"
  std::size_t bytes;  ///< of one number
  /// What number the bytes are, exactly; null for the whole numbers of batch counters, which nobody
  /// reads.
  double (*to_double)(const char* bytes);
};

/// F32, F16, BF16, F64 or I64; null for any other name.
const DType* find_dtype(std::string_view name);

}  // namespace glass::nn
