#pragma once

#include <string>

namespace glass::bench {

/// Multiply-adds on registers alone, of all threads: enough independent chains to hide their latency.
double peak_gflops(double seconds);

/// Times the kernels of this project and draws them under the roofline of the machine (Williams,
/// Waterman and Patterson, 2009): attainable speed = min(peak, intensity x memory bandwidth), on
/// logarithmic axes, as SVG. Roofs are measured here as well. Throws IoError.
void draw_roofline(const std::string& path, double seconds);

}  // namespace glass::bench
