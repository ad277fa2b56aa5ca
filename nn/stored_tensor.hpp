#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "autograd/error.hpp"

namespace glass::inline GLASS_PRECISION::nn {

/// A tensor as a weight file holds it: single precision in every build, and of any rank.
struct StoredTensor {
  std::vector<std::uint64_t> shape;
  std::vector<float> values;  ///< row-major
};

/// A weight file's content by key, sorted.
using StoredTensors = std::map<std::string, StoredTensor>;

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

/// PyTorch counts batches in a tensor of each BatchNorm2d that no result depends on.
inline bool is_batch_counter(std::string_view key) {
  return key == "num_batches_tracked" || key.ends_with(".num_batches_tracked");
}

}  // namespace glass::inline GLASS_PRECISION::nn
