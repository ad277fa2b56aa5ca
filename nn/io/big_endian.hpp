#pragma once

#include <cstdint>
#include <string_view>

#include "autograd/precision.hpp"

namespace glass::nn {

/// The number that up to 8 bytes write, the largest digit first: as in IDX, PNG and JPEG.
inline std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

}  // namespace glass::nn
