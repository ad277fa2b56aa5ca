#pragma once

#include "nn/io/stored_tensor.hpp"

/// Weights that people can read: {"0.weight": {"shape": [2,1], "data": [0.5, -1.25]}, ...}.
namespace glass::nn {

inline constexpr std::uint64_t largest_json_weights = std::uint64_t{64} << 20;  ///< bytes
inline constexpr std::size_t longest_json_name = 1024;  ///< bytes of a name or a number

/// The tensors without their values, but with every number looked at. Throws FileError, naming
/// `path` and the tensor, on anything that does not look as above, numbers beyond single precision,
/// and more tensors or dimensions than stored_tensor.hpp allows.
StoredTensors json_weights_header(std::string_view bytes, const std::string& path);

/// All of it. Throws as the above.
StoredTensors parse_json_weights(std::string_view bytes, const std::string& path);

/// One tensor a line, in the order of their keys. Numbers are as short as they can be while still
/// being read back exactly. Throws FileError on NaN and infinity, which JSON cannot express.
std::string to_json_weights(const StoredTensors& tensors, const std::string& path);

}  // namespace glass::nn
