#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "autograd/error.hpp"

namespace glass::nn {

/// A tensor as a weight file holds it: single precision in every build, and of any rank.
struct StoredTensor {
  std::vector<std::uint64_t> shape;  ///< of up to `highest_rank` dimensions
  std::vector<float> values;         ///< row-major; none as long as only the header was read
  const char* dtype = "F32";         ///< what they are in the file
};

/// A weight file's content by key, sorted.
using StoredTensors = std::map<std::string, StoredTensor>;

/// Is given the values of a file part by part, so that nobody holds them twice: those of the tensor
/// `key` from its element `first` on.
using TakeValues =
    std::function<void(const std::string& key, std::uint64_t first, std::span<const float> values)>;

/// Enough for any network that this library can run; files with more were made to fill the memory.
inline constexpr std::size_t most_tensors = 4096;
inline constexpr std::size_t highest_rank = 8;  ///< dimensions of one tensor

/// Product of the dimensions; nothing if it does not fit into 64 bits.
inline std::optional<std::uint64_t> element_count(const std::vector<std::uint64_t>& shape) {
  std::uint64_t count = 1;
  for (const std::uint64_t dim : shape) {
    if (dim != 0 && count > std::numeric_limits<std::uint64_t>::max() / dim) return {};
    count *= dim;
  }
  return count;
}

/// "[16,1,3,3]"
inline std::string shape_text(const std::vector<std::uint64_t>& shape) {
  std::string out = "[";
  for (const std::uint64_t dim : shape) out += (out.size() > 1 ? "," : "") + std::to_string(dim);
  return out + ']';
}

/// The place of a row-major element: "[3,0,2,1]"; "[]" in a scalar.
inline std::string place_text(std::uint64_t element, std::vector<std::uint64_t> shape) {
  for (auto dim = shape.rbegin(); dim != shape.rend(); ++dim) {
    const std::uint64_t size = *dim;
    *dim = element % size;
    element /= size;
  }
  return shape_text(shape);
}

/// PyTorch counts batches in a tensor of each BatchNorm2d that no result depends on.
inline bool is_batch_counter(std::string_view key) {
  return key == "num_batches_tracked" || key.ends_with(".num_batches_tracked");
}

}  // namespace glass::nn
