#include "scale.hpp"

#include <cstdio>

#include "layers.hpp"
#include "timing.hpp"

namespace glass::bench {

namespace {

struct Point {
  Index batch, channels, size;
};

void print_point(Index varied, const Point& point, double seconds, double half_speed) {
  const auto [batch, channels, size] = point;
  const ConvTasks conv = conv3x3(batch, channels, channels, size);
  std::printf("%8td", varied);
  for (const Task& task : {conv.forward, conv.dx, conv.dw}) {
    const double time = measure(task.step, seconds).median_s;
    const double gflops = task.flops / time / 1e9;
    std::printf("  %10.4f ms %6.1f%c", 1e3 * time, gflops, gflops < half_speed ? '<' : ' ');
  }
  std::printf("\n");
  std::fflush(stdout);
}

void print_series(const char* title, const char* varied) {
  std::printf("\n%s\n%8s  %20s   %20s   %20s\n", title, varied, "forward      GFLOP/s",
              "dx      GFLOP/s", "dw      GFLOP/s");
}

}  // namespace

void print_scale(double seconds) {
  const Task product = sgemm(1024);
  const double speed = product.flops / measure(product.step, seconds).median_s / 1e9;
  std::printf("sgemm_1024 reaches %.1f GFLOP/s; < marks what is below half of it\n", speed);

  print_series("3x3 convolution, 32 channels of 32x32 pixels", "batch");
  for (Index n = 1; n <= 256; n *= 2) print_point(n, {n, 32, 32}, seconds, speed / 2);
  print_series("3x3 convolution, batch of 1, 32 channels", "size");
  for (Index size = 16; size <= 256; size *= 2)
    print_point(size, {1, 32, size}, seconds, speed / 2);
  print_series("3x3 convolution, batch of 8, 16x16 pixels", "channels");
  for (Index c = 8; c <= 256; c *= 2) print_point(c, {8, c, 16}, seconds, speed / 2);
}

}  // namespace glass::bench
