#pragma once

#include <string>
#include <vector>

namespace glass::bench {

/// One kernel: a point in the plot.
struct Measurement {
  std::string name;
  double intensity, gflops;  ///< FLOP per byte moved; GFLOP/s attained
};

/// The two roofs.
struct Machine {
  double peak_gflops, bandwidth_gb;
};

/// The plot as SVG, each kernel a numbered point and a line of the legend.
std::string roofline_svg(const Machine& machine, const std::vector<Measurement>& kernels);

}  // namespace glass::bench
