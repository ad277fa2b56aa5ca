#include "parts.hpp"

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

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// An operation in one direction.
struct Pass {
  double flops = 0, bytes = 0;    ///< of its formula; of what it reads and writes
  std::vector<double> seconds{};  ///< in each step
};
struct Operation {
  std::string name;
  Pass forward, backward;
};

/// Times the operations of one step after the other. All steps do the same.
class Stopwatch final : public Observer {
 public:
  Stopwatch() : before_(current) { current = this; }
  ~Stopwatch() override { current = before_; }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

  void time(const Task& task) {
    next_ = 0;
    places_.clear();
    lap_ = Clock::now();
    task.step();
  }
  const std::vector<Operation>& operations() const { return operations_; }

  void enter_layer(const std::string& name) override {
    layer_ = name;
    lap_ = Clock::now();
  }
  void name_parameter(const Tensor&, const std::string&) override {}
  void operation(const Node& node, const Tensor& output, std::span<const Tensor> inputs,
                 SourceLine) override {
    const double seconds = seconds_since(lap_);
    const std::string name = node.name();
    if (next_ == operations_.size()) {
      operations_.push_back({layer_.empty() ? name : layer_ + ", " + name, {}, {}});
    }
    places_[&node] = next_;
    Pass& forward = operations_[next_++].forward;
    forward.bytes = bytes_of(output.size());
    for (const Tensor& input : inputs) forward.bytes += input ? bytes_of(input.size()) : 0;
    if (name == "conv2d" || name == "linear") {
      const Tensor& weight = inputs[1];  // a row for each output channel: what its numbers sum over
      forward.flops = 2 * static_cast<double>(output.size() * (weight.size() / weight.shape()[0]));
    }
    forward.seconds.push_back(seconds);
    lap_ = Clock::now();
  }
  void before_backward(const Node&) override { lap_ = Clock::now(); }
  void after_backward(const Node& node, const Storage& dy,
                      std::span<const Storage> grads) override {
    const double seconds = seconds_since(lap_);
    auto& [name, forward, backward] = operations_[places_.at(&node)];
    backward.bytes = bytes_of(dy.size());
    for (const Storage& grad : grads) backward.bytes += grad ? bytes_of(grad.size()) : 0;
    for (const Saved* saved = node.saved; saved; saved = saved->next()) {
      backward.bytes += *saved ? bytes_of(saved->size()) : 0;
    }
    if (forward.flops > 0) backward.flops = forward.flops * (node.need[0] + node.need[1]);
    backward.seconds.push_back(seconds);
  }
  void finish(const Node&) override {}

 private:
  Observer* before_;
  std::string layer_;
  std::vector<Operation> operations_;
  std::unordered_map<const Node*, std::size_t> places_;  ///< of this step's nodes among them
  std::size_t next_ = 0;
  Clock::time_point lap_;
};

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
  const double step = measure(task.step, seconds).median_s;
  Stopwatch watch;
  measure([&] { watch.time(task); }, seconds);
  const double peak = 1e9 * peak_gflops(seconds), cache = 1e9 * cache_gb(seconds);
  std::printf(
      "A step of %s with %d threads takes %.1f us. Peak: %.0f GFLOP/s, cache: %.0f GB/s.\n\n",
      name.c_str(), kernels::threads(), 1e6 * step, peak / 1e9, cache / 1e9);
  std::puts("| operation | forward | at least | backward | at least |\n|---|---:|---:|---:|---:|");
  double took = 0, least = 0;
  const auto cells = [&](const Pass& pass) -> std::string {
    if (pass.seconds.empty()) return " – | – |";
    const double time = median(pass.seconds);
    const double bound = std::max(pass.flops / peak, pass.bytes / cache);
    took += time, least += bound;
    return formatted(" %.1f |", 1e6 * time) + formatted(" %.1f |", 1e6 * bound);
  };
  for (const auto& [what, forward, backward] : watch.operations()) {
    const std::string both = cells(forward) + cells(backward);
    std::printf("| %s |%s\n", what.c_str(), both.c_str());
  }
  std::printf("\nAll operations: %.1f us, at least %.1f.\n", 1e6 * took, 1e6 * least);
}

}  // namespace glass::bench
