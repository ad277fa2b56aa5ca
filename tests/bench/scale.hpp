#pragma once

#include <string>
#include <vector>

#include "layers.hpp"

namespace glass::bench {

/// A convolution that grows in one respect.
struct Series {
  std::string title;
  std::vector<Index> values;
  ConvTasks (*make)(Index value);
  Index slow_at = 0;  ///< where docs/performance.md says that it is slow, and why; 0: nowhere
};
/// Batch, image and channels, one at a time.
const std::vector<Series>& series();

/// How fast one direction is at each of the series' values, in GFLOP/s as the formula counts.
std::vector<double> speeds(const Series& series, Task ConvTasks::*direction, double seconds);

/// The three directions, as they are called.
struct Direction {
  const char* name;
  Task ConvTasks::*task;
};
inline constexpr Direction directions[] = {
    {"forward", &ConvTasks::forward}, {"dx", &ConvTasks::dx}, {"dw", &ConvTasks::dw}};

/// GFLOP/s.
double speed(const Task& task, double seconds);

/// Prints them, a Markdown table for each series.
void print_scale(double seconds);

}  // namespace glass::bench
