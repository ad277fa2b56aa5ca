#pragma once

#include <algorithm>
#include <chrono>
#include <vector>

namespace glass::bench {

/// The one in the middle, or right of it.
inline double median(std::vector<double> values) {
  const auto middle = values.begin() + std::ssize(values) / 2;
  std::ranges::nth_element(values, middle);
  return *middle;
}

/// The median of repeated calls: machines are noisy, and a mean would count the noise.
struct Timing {
  double median_s = 0;
  int n = 0;
};

/// Calls `f` three times to warm up, then for about `seconds`, five times at least.
template <class F>
Timing measure(F&& f, double seconds) {
  using Clock = std::chrono::steady_clock;
  for (int i = 0; i < 3; ++i) f();
  std::vector<double> times;
  const auto end = Clock::now() + std::chrono::duration<double>(seconds);
  while (Clock::now() < end || times.size() < 5) {
    const auto start = Clock::now();
    f();
    times.push_back(std::chrono::duration<double>(Clock::now() - start).count());
  }
  return {median(times), static_cast<int>(times.size())};
}

}  // namespace glass::bench
