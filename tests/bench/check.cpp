#include "check.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>
#include <limits>
#include <string>
#include <thread>

#include "autograd/error.hpp"
#include "autograd/storage_pool.hpp"
#include "autograd/table.hpp"
#include "autograd/threads.hpp"
#include "heap.hpp"
#include "scale.hpp"
#include "timing.hpp"

namespace glass::bench {

namespace {

// What docs/performance.md claims ---------------------------------------------------------------
constexpr std::size_t most_heap_calls = 2000;  ///< of a step
constexpr double highest_price_of_a_tape = 2.5;
constexpr double lowest_share_of_sgemm = 0.5;
constexpr double lowest_gain = 0.97;   ///< of a second core, for any task
constexpr double share_of_gain = 0.9;  ///< or, for these, so much of what a large product gains
struct Gain {
  const char* task;
  double at_most;
};
constexpr std::array gains = {Gain{"am_mnist_b10", 1.3},     Gain{"am_cifar_b10", 1.4},
                              Gain{"train_mnist_b64", 1.6},  Gain{"train_cifar_b128", 1.6},
                              Gain{"infer_mnist_b256", 1.6}, Gain{"infer_cifar_b256", 1.6}};

class Claims {
 public:
  /// Prints one.
  template <class... Parts>
  void check(bool holds, const Parts&... parts) {
    std::printf("%s  %s\n", holds ? "holds " : "BROKEN", text(parts...).c_str());
    std::fflush(stdout);
    all_hold_ = all_hold_ && holds;
  }
  bool all_hold() const { return all_hold_; }

 private:
  bool all_hold_ = true;
};

/// "1.87"
std::string two_digits(double value) { return formatted("%.2f", value); }

/// How often as long `a` takes as `b`: medians of three rounds in which they take turns.
double ratio_in_turn(const std::function<double()>& a, const std::function<double()>& b) {
  std::vector<double> times_a, times_b;
  for (int round = 0; round < 3; ++round) {
    times_a.push_back(a());
    times_b.push_back(b());
  }
  return median(times_a) / median(times_b);
}

void check_memory(Claims& claims, const NamedTask& named) {
  const Task task = named.make();
  for (int warm_up = 0; warm_up < 3; ++warm_up) task.step();
  const MemoryUse use = memory_use(task.step);
  claims.check(use.new_storage == 0, named.name, ": ", use.new_storage,
               " buffers allocated in a step after the first ones, 0 claimed");
  claims.check(use.heap_calls <= most_heap_calls, named.name, ": ", use.heap_calls,
               " calls of the heap in a step, at most ", most_heap_calls, " claimed");
}

void check_tape(Claims& claims, double seconds) {
  const Task with = make_task("am_mnist_b1_tape"), without = make_task("am_mnist_b1");
  const double price = ratio_in_turn([&] { return measure(with.step, seconds).median_s; },
                                     [&] { return measure(without.step, seconds).median_s; });
  claims.check(price <= highest_price_of_a_tape, "am_mnist_b1: ", two_digits(price),
               " times as long with a tape to read, at most ", highest_price_of_a_tape, " claimed");
}

void check_scale(Claims& claims, double seconds) {
  const double enough = lowest_share_of_sgemm * speed(sgemm(1024), seconds);
  for (const Series& one : series()) {
    for (const Direction& direction : directions) {
      const std::vector<double> all = speeds(one, direction.task, seconds);
      double lowest = std::numeric_limits<double>::infinity();
      for (std::size_t i = 0; i < all.size(); ++i) {
        if (one.values[i] != one.slow_at) lowest = std::min(lowest, all[i]);
      }
      claims.check(lowest >= enough, direction.name, " by ", one.title, ": ", two_digits(lowest),
                   " GFLOP/s at least, ", two_digits(enough), " claimed");
    }
  }
}

/// How often as long a task takes with one thread as with two.
double gain(const Task& task, double seconds) {
  const auto with = [&](int threads) {
    return [&task, seconds, threads] {
      kernels::set_threads(threads);
      return measure(task.step, seconds).median_s;
    };
  };
  return ratio_in_turn(with(1), with(2));
}

void check_second_core(Claims& claims, double seconds) {
  if (std::thread::hardware_concurrency() < 2) {
    std::puts("        not measured: what a second core gains, where there is none");
    return;
  }
  const double possible = share_of_gain * gain(sgemm(1024), seconds);
  for (const NamedTask& named : tasks()) {
    const auto shared = std::ranges::find(gains, named.name, &Gain::task);
    const double claimed =
        shared == gains.end() ? lowest_gain : std::clamp(possible, lowest_gain, shared->at_most);
    const double gained = gain(named.make(), seconds);
    release_free_storage();
    claims.check(gained >= claimed, named.name, ": ", two_digits(gained),
                 " times as fast with two threads, ", two_digits(claimed), " claimed");
  }
}

}  // namespace

bool check_claims(double seconds) {
  Claims claims;
  kernels::set_threads(1);
  for (const NamedTask& named : tasks()) {
    check_memory(claims, named);
    release_free_storage();
  }
  check_tape(claims, seconds);
  check_scale(claims, seconds);
  check_second_core(claims, seconds);
  return claims.all_hold();
}

}  // namespace glass::bench
