#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "autograd/tensor.hpp"

/// NumPy's array files: a magic string, a version, a header (a Python dictionary of type, order and
/// shape), then the values.
/// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
namespace glass::viz {

/// Writes a tensor as a NumPy array of little-endian float32 (format version 1.0), atomically.
void write_npy(const std::string& path, const Tensor& tensor);

/// The largest file that is read.
inline constexpr std::size_t max_npy_bytes = std::size_t{1} << 28;

/// The array in the bytes of a file, of float32, float64 or uint8 with 1 to 4 dimensions and at
/// least one element, in C order, of format version 1.0 or 2.0. Bytes are taken for pixels: 0..255
/// becomes [0, 1]. Throws FileError, naming `path`, on anything else, on more or fewer bytes than
/// the shape needs, and on numbers that are not finite in float32.
Tensor parse_npy(std::string_view file, const std::string& path);

/// Is shown the shape of an array before there is memory for it; throws if it is not the right one.
using AcceptShape = std::function<void(const Shape& shape)>;

/// `parse_npy` of a file. Throws IoError if it cannot be read, FileError, before reading it, if it is
/// too large, and what `accept` throws.
Tensor read_npy(const std::string& path, const AcceptShape& accept = {});

}  // namespace glass::viz
