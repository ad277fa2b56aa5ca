#pragma once

#include "nn/stored_tensor.hpp"

/// Weights that people can read: {"0.weight": {"shape": [2,1], "data": [0.5, -1.25]}, ...}.
namespace glass::inline GLASS_PRECISION::nn {

/// Throws FileError, naming `path` and the tensor, on anything else.
StoredTensors parse_json_weights(std::string_view bytes, const std::string& path);

/// One tensor a line, in the order of their keys. Numbers are as short as they can be while still
/// being read back exactly. Throws FileError on NaN and infinity, which JSON cannot express.
std::string to_json_weights(const StoredTensors& tensors, const std::string& path);

}  // namespace glass::inline GLASS_PRECISION::nn
