#pragma once

#include <string>

#include "autograd/shape.hpp"

namespace glass::bench {

/// How many bytes so many numbers take.
inline double bytes_of(Index elements) {
  return static_cast<double>(sizeof(real)) * static_cast<double>(elements);
}

/// Multiply-adds on registers alone, of all threads: enough independent chains to hide their latency.
double peak_gflops(double seconds);

/// Times the kernels of this project and draws them under the roofline of the machine (Williams,
/// Waterman and Patterson, 2009): attainable speed = min(peak, intensity x memory bandwidth), on
/// logarithmic axes, as SVG. Roofs are measured here as well. Throws IoError.
void draw_roofline(const std::string& path, double seconds);

}  // namespace glass::bench
