#include "roofline.hpp"

#include <array>
#include <cstdio>
#include <memory>

#include "autograd/kernels.hpp"
#include "autograd/node.hpp"
#include "autograd/ops.hpp"
#include "autograd/threads.hpp"
#include "layers.hpp"
#include "nn/io/files.hpp"
#include "optim/adam.hpp"
#include "roofline_plot.hpp"
#include "timing.hpp"

namespace glass::bench {

namespace {

/// Adds two arrays far larger than the caches.
double bandwidth_gb(double seconds) {
  const Tensor a = Tensor::full({1 << 24}, 1), b = Tensor::full({1 << 24}, 1);
  const NoGrad no_grad;
  const double time = measure([&] { a + b; }, seconds).median_s;
  return 3 * bytes_of(a.size()) / time / 1e9;
}

Measurement measured(const std::string& name, const Task& task, double bytes, double seconds) {
  return {name, task.flops / bytes, task.flops / measure(task.step, seconds).median_s / 1e9};
}

std::vector<Measurement> measure_kernels(double seconds) {
  std::vector<Measurement> points;
  const auto add = [&](const std::string& name, const Task& task, double bytes) {
    points.push_back(measured(name, task, bytes, seconds));
  };
  add("sgemm 1024", sgemm(1024), 3 * bytes_of(1024 * 1024));
  Rng rng(1);
  const Tensor w = Tensor::randn({128, 1568}, rng);
  for (const Index n : {1, 64}) {
    const Tensor x = Tensor::randn({n, 1568}, rng);
    add(text("linear 1568-128, batch ", n),
        {[=] {
           const NoGrad no_grad;
           linear(x, w);
         },
         2 * static_cast<double>(n * w.size())},
        bytes_of(w.size() + n * (1568 + 128)));
  }
  for (const auto& [in, out, size] : {std::array<Index, 3>{1, 16, 28}, {16, 32, 14}, {128, 128, 8}})
    for (const Index n : {1, 128}) {
      const ConvTasks conv = conv3x3(n, in, out, size);
      add(text("conv ", in, "-", out, " ", size, "x", size, ", batch ", n), conv.forward,
          conv.bytes);
    }
  const ConvTasks conv = conv3x3(128, 64, 64, 16);
  add("conv 64-64 16x16, batch 128", conv.forward, conv.bytes);
  add("its dx", conv.dx, conv.bytes);
  add("its dw", conv.dw, conv.bytes);

  const Tensor images = Tensor::randn({128, 32, 32, 32}, rng);
  const auto n = static_cast<double>(images.size());
  const auto quietly = [](auto f) {
    return [f] {
      const NoGrad no_grad;
      f();
    };
  };
  add("relu", {quietly([=] { relu(images); }), n}, 2 * bytes_of(images.size()));
  add("max_pool2d", {quietly([=] { max_pool2d(images); }), 0.75 * n},
      1.5 * bytes_of(images.size()));
  add("total_variation", {quietly([=] { total_variation(images); }), 6 * n},
      bytes_of(images.size()));
  const Tensor leaf = images.clone().requires_grad(true);
  leaf.accumulate_grad(images.storage());
  const auto adam = std::make_shared<optim::Adam>(std::vector{leaf});
  add("adam", {[=] { adam->step(); }, 12 * n}, 7 * bytes_of(images.size()));
  return points;
}

}  // namespace

double peak_gflops(double seconds) {
  constexpr Index lanes = 256, rounds = 100'000;
  const Tensor sinks = Tensor::zeros({kernels::threads()});
  const auto burn = [&] {
    kernels::parallel_for(kernels::threads(), rounds * lanes, [&](Index task, int) {
      real sum[lanes] = {};
      for (Index i = 0; i < rounds; ++i)
        for (Index lane = 0; lane < lanes; ++lane)
          sum[lane] = sum[lane] * real(0.999) + real(0.001);
      for (const real value : sum) sinks.mutable_data()[task] += value;  // all of them are wanted
    });
  };
  const double flops = 2.0 * rounds * lanes * kernels::threads();
  return flops / measure(burn, seconds).median_s / 1e9;
}

void draw_roofline(const std::string& path, double seconds) {
  const Machine machine{peak_gflops(seconds), bandwidth_gb(seconds)};
  std::printf("peak %.1f GFLOP/s, memory %.1f GB/s, %d threads\n", machine.peak_gflops,
              machine.bandwidth_gb, kernels::threads());
  const std::vector<Measurement> kernels = measure_kernels(seconds);
  for (const Measurement& p : kernels) {
    std::printf("%-40s %8.2f FLOP/byte %8.1f GFLOP/s\n", p.name.c_str(), p.intensity, p.gflops);
  }
  nn::write_file(path, roofline_svg(machine, kernels));
}

}  // namespace glass::bench
