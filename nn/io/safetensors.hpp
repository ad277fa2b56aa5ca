#pragma once

#include "nn/io/files.hpp"
#include "nn/io/stored_tensor.hpp"

/// The safetensors format: 8 bytes N (little-endian), N bytes of JSON
/// {"0.weight": {"dtype": "F32", "shape": [16,1,3,3], "data_offsets": [begin, end]}, ...}, then the
/// values, row-major and little-endian, at offsets counted from the end of the header.
/// https://huggingface.co/docs/safetensors
namespace glass::nn {

/// As much of a file's beginning as its header can take.
inline constexpr std::uint64_t safetensors_header_bytes = 8 + (std::uint64_t{1} << 20);

/// The tensors without their values, and without batch counters (I64), from the first bytes of a
/// file of `file_size` bytes. Throws FileError, naming `path` and the tensor, on anything that the
/// format forbids, dtypes other than F32, F16, BF16 and F64, and more tensors or dimensions than
/// stored_tensor.hpp allows.
StoredTensors safetensors_header(std::string_view first_bytes, std::uint64_t file_size,
                                 const std::string& path);

/// The values, once through the file in small parts, in the order in which they lie there; F16, BF16
/// and F64 become single precision. Throws FileError as the above, and if an F64 value is beyond single
/// precision.
void read_safetensors(InputFile& file, const TakeValues& take);

/// All of it, out of memory. Throws as the above.
StoredTensors parse_safetensors(std::string_view bytes, const std::string& path);

/// The same tensors give the same bytes: F32, in the order of their keys, header padded to 8.
std::string to_safetensors(const StoredTensors& tensors, const std::string& path);

}  // namespace glass::nn
