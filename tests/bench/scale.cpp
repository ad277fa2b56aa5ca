#include "scale.hpp"

#include <cstdio>

#include "timing.hpp"

namespace glass::bench {

const std::vector<Series>& series() {
  static const std::vector<Series> all = {{"batch (32 channels of 32x32)",
                                           {1, 2, 4, 8, 16, 32, 64, 128, 256},
                                           [](Index n) { return conv3x3(n, 32, 32, 32); }},
                                          {"image size (batch 1, 32 channels)",
                                           {16, 32, 64, 128, 256},
                                           [](Index size) { return conv3x3(1, 32, 32, size); }},
                                          {"channels (batch 8, 16x16)",
                                           {8, 16, 32, 64, 128, 256},
                                           [](Index c) { return conv3x3(8, c, c, 16); },
                                           8}};
  return all;
}

double speed(const Task& task, double seconds) {
  return task.flops / measure(task.step, seconds).median_s / 1e9;
}

std::vector<double> speeds(const Series& series, Task ConvTasks::*direction, double seconds) {
  std::vector<double> all;
  for (const Index value : series.values) {
    all.push_back(speed(series.make(value).*direction, seconds));
  }
  return all;
}

void print_scale(double seconds) {
  std::printf("sgemm_1024: %.0f GFLOP/s\n", speed(sgemm(1024), seconds));
  for (const Series& one : series()) {
    std::printf("\n| %s |", one.title.c_str());
    for (const Index value : one.values) std::printf(" %td |", value);
    std::printf("\n|---|");
    for (std::size_t i = 0; i < one.values.size(); ++i) std::printf("---:|");
    for (const Direction& direction : directions) {
      std::printf("\n| %s |", direction.name);
      for (const double gflops : speeds(one, direction.task, seconds))
        std::printf(" %.0f |", gflops);
      std::fflush(stdout);
    }
    std::printf("\n");
  }
}

}  // namespace glass::bench
