#pragma once

#include <string>

#include "autograd/tensor.hpp"

namespace glass::inline GLASS_PRECISION::viz {

/// Writes a tensor as a NumPy array of little-endian float32 (format version 1.0), atomically.
void write_npy(const std::string& path, const Tensor& tensor);

}  // namespace glass::inline GLASS_PRECISION::viz
