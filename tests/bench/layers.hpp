#pragma once

#include "autograd/geometry.hpp"
#include "tasks.hpp"

namespace glass::bench {

/// The three directions of a 3x3 convolution with padding 1, on buffers of random numbers. Their
/// cost is counted as the formula states it, so that a kernel which multiplies less (Winograd) may
/// exceed the machine's peak.
struct ConvTasks {
  Task forward, dx, dw;
  double bytes;  ///< of x, w and y, each moved once
};
ConvTasks conv3x3(Index batch, Index in_channels, Index out_channels, Index size);

}  // namespace glass::bench
