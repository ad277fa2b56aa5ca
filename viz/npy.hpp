#pragma once

#include <string>

#include "autograd/tensor.hpp"

/// NumPy's array files: a magic string, a version, a header (a Python dictionary of type, order and
/// shape), then the values.
/// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
namespace glass::inline GLASS_PRECISION::viz {

/// Writes a tensor as a NumPy array of little-endian float32 (format version 1.0), atomically.
void write_npy(const std::string& path, const Tensor& tensor);

/// Reads an array of float32, float64 or uint8 with 1 to 4 dimensions and at least one element, in
/// C order, of format version 1.0 or 2.0. Bytes are taken for pixels: 0..255 becomes [0, 1].
/// Throws FileError on anything else, IoError if the file cannot be read.
Tensor read_npy(const std::string& path);

}  // namespace glass::inline GLASS_PRECISION::viz
