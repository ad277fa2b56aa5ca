#include "viz/npy.hpp"

#include "nn/files.hpp"

namespace glass::inline GLASS_PRECISION::viz {

void write_npy(const std::string& path, const Tensor& tensor) {
  std::string shape;
  for (const Index dim : tensor.shape()) shape += std::to_string(dim) + ",";
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + shape + "), }";
  // The data start at a multiple of 64: 10 bytes of preamble, the header, spaces, a newline.
  header.append(63 - (10 + header.size()) % 64, ' ');
  header += '\n';

  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(header.size() & 0xff);
  bytes += static_cast<char>(header.size() >> 8);
  bytes += header;
  for (const real value : tensor.values()) {
    const auto single = static_cast<float>(value);
    bytes.append(reinterpret_cast<const char*>(&single), sizeof single);
  }
  nn::write_file(path, bytes);
}

}  // namespace glass::inline GLASS_PRECISION::viz
