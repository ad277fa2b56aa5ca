#include "viz/memory.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace glass::viz {

double bytes_per_picture(const nn::Model& model, Index last) {
  const Shape& in = model.input_shape;
  const std::vector<Shape> outputs = model.layers.output_shapes({1, in[0], in[1], in[2]});
  Index values = 2 * in.size(), largest = 0;  // the picture is seen as it is, and normalised
  for (Index i = 0; i <= last; ++i) {
    const Index size = outputs[static_cast<std::size_t>(i)].size();
    values += size;
    largest = std::max(largest, size);
  }
  return static_cast<double>(values + 2 * largest) * sizeof(real);
}

double machine_memory() {
  const auto pages = static_cast<double>(sysconf(_SC_PHYS_PAGES));
  double bytes = pages * static_cast<double>(sysconf(_SC_PAGESIZE));
  for (const char* limit :
       {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    double allowed = 0;
    if (std::ifstream(limit) >> allowed && allowed > 0) bytes = std::min(bytes, allowed);
  }
  return bytes;
}

}  // namespace glass::viz
