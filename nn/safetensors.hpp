#pragma once

#include "nn/stored_tensor.hpp"

/// The safetensors format: 8 bytes N (little-endian), N bytes of JSON
/// {"0.weight": {"dtype": "F32", "shape": [16,1,3,3], "data_offsets": [begin, end]}, ...}, then the
/// values, row-major and little-endian, at offsets counted from the end of the header.
/// https://huggingface.co/docs/safetensors
namespace glass::inline GLASS_PRECISION::nn {

/// Converts F16, BF16 and F64 to single precision; leaves out batch counters, which are I64. Throws
/// FileError, naming `path` and the tensor, on anything that the format forbids.
StoredTensors parse_safetensors(std::string_view bytes, const std::string& path);

/// The same tensors give the same bytes: F32, in the order of their keys, header padded to 8.
std::string to_safetensors(const StoredTensors& tensors, const std::string& path);

}  // namespace glass::inline GLASS_PRECISION::nn
