#include "parts.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <unordered_map>
#include <vector>

#include "autograd/node.hpp"
#include "autograd/table.hpp"
#include "autograd/threads.hpp"
#include "roofline.hpp"
#include "tasks.hpp"
#include "timing.hpp"

namespace glass::bench {

namespace {

using Clock = std::chrono::steady_clock;

double since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double bytes_of(Index elements) {
  return static_cast<double>(sizeof(real)) * static_cast<double>(elements);
}

/// One operation, forward or backward.
struct Part {
  std::string name;
  double flops, bytes;            ///< of its formula, and of what it reads and writes
  std::vector<double> seconds{};  ///< in each step
};

/// Writes down what operations do and how long each takes, step after step. All steps are alike.
class Stopwatch final : public Observer {
 public:
  Stopwatch() : before_(current) { current = this; }
  ~Stopwatch() override { current = before_; }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

  void time(const Task& task) {
    next_ = 0;
    forward_flops_.clear();
    const auto start = lap_ = Clock::now();
    task.step();
    steps_.push_back(since(start));
  }
  const std::vector<Part>& parts() const { return parts_; }
  const std::vector<double>& steps() const { return steps_; }

  void enter_layer(const std::string& name) override {
    layer_ = name;
    lap_ = Clock::now();
  }
  void name_parameter(const Tensor&, const std::string&) override {}
  void operation(const Node& node, const Tensor& output, std::span<const Tensor> inputs,
                 SourceLine) override {
    const double seconds = since(lap_);
    const std::string name = node.name();
    double bytes = bytes_of(output.size()), flops = 0;
    for (const Tensor& input : inputs) bytes += input ? bytes_of(input.size()) : 0;
    if (name == "conv2d" || name == "linear") {
      const Tensor& weight = inputs[1];  // [outputs, what each of their numbers sums over]
      flops = 2 * static_cast<double>(output.size() * (weight.size() / weight.shape()[0]));
      forward_flops_[&node] = flops;
    }
    add(layer_.empty() ? name : layer_ + " " + name, flops, bytes, seconds);
  }
  void before_backward(const Node&) override { lap_ = Clock::now(); }
  void after_backward(const Node& node, const Storage& dy,
                      std::span<const Storage> grads) override {
    const double seconds = since(lap_);
    double bytes = bytes_of(dy.size()), flops = 0;
    for (const Storage& grad : grads) bytes += grad ? bytes_of(grad.size()) : 0;
    for (const Saved* saved = node.saved; saved; saved = saved->next()) {
      bytes += *saved ? bytes_of(saved->size()) : 0;
    }
    if (const auto forward = forward_flops_.find(&node); forward != forward_flops_.end()) {
      flops = forward->second * (node.need[0] + node.need[1]);
    }
    add(text(node.name(), ", backward"), flops, bytes, seconds);
  }
  void finish(const Node&) override {}

 private:
  void add(const std::string& name, double flops, double bytes, double seconds) {
    if (next_ == parts_.size()) parts_.push_back({name, flops, bytes});
    parts_[next_++].seconds.push_back(seconds);
    lap_ = Clock::now();
  }

  Observer* before_;
  std::string layer_;
  std::unordered_map<const Node*, double> forward_flops_;
  std::vector<Part> parts_;
  std::vector<double> steps_;
  std::size_t next_ = 0;
  Clock::time_point lap_;
};

double median(std::vector<double> values) {
  std::ranges::nth_element(values, values.begin() + std::ssize(values) / 2);
  return values[values.size() / 2];
}

/// GB/s of reading a megabyte for each thread again and again, which the second-level caches hold.
double cache_gb(double seconds) {
  constexpr Index size = 1 << 18, lanes = 256;
  const Tensor buffer = Tensor::full({kernels::threads(), size}, 1);
  const Tensor sinks = Tensor::zeros({kernels::threads()});
  const auto read = [&] {
    kernels::parallel_for(kernels::threads(), size * 100, [&](Index task, int) {
      const real* from = buffer.data() + task * size;
      real sum[lanes] = {};
      for (Index i = 0; i < size; i += lanes)
        for (Index lane = 0; lane < lanes; ++lane) sum[lane] += from[i + lane];
      for (const real value : sum) sinks.mutable_data()[task] += value;  // all of them are wanted
    });
  };
  return bytes_of(buffer.size()) / measure(read, seconds).median_s / 1e9;
}

}  // namespace

void print_parts(const std::string& name, double seconds) {
  const Task task = make_task(name);
  const double alone = measure(task.step, seconds).median_s;
  std::vector<Part> parts;
  double observed = 0;
  {
    Stopwatch watch;
    measure([&] { watch.time(task); }, seconds);
    parts = watch.parts();
    observed = median(watch.steps());
  }
  const double peak = peak_gflops(seconds / 4), reading = cache_gb(seconds / 4);
  std::printf("peak %.0f GFLOP/s, reading %.0f GB/s; step %.1f us, observed %.1f\n", peak, reading,
              1e6 * alone, 1e6 * observed);
  double sum = 0, least = 0;
  std::printf("| operation | us | arithmetic | memory |\n|---|---:|---:|---:|\n");
  for (const Part& part : parts) {
    const double took = median(part.seconds), a = part.flops / peak / 1e9,
                 m = part.bytes / reading / 1e9;
    sum += took;
    least += std::max(a, m);
    std::printf("| %s | %.2f | %.2f | %.2f |\n", part.name.c_str(), 1e6 * took, 1e6 * a, 1e6 * m);
  }
  std::printf("| all | %.2f | %.2f | |\n", 1e6 * sum, 1e6 * least);
}

}  // namespace glass::bench
