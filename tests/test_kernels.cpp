#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "autograd/implementation.hpp"
#include "autograd/kernels/pool2d.hpp"
#include "autograd/kernels/reference/reference.hpp"
#include "autograd/random.hpp"
#include "autograd/threads.hpp"

// The fast kernels against their references, on a grid of awkward shapes and on random ones.
namespace glass {
namespace {

using namespace kernels;
using Numbers = std::vector<real>;

constexpr double tolerance = sizeof(real) == 4 ? 1e-4 : 1e-10;

Numbers random_numbers(Index n, Rng& rng) {
  Numbers out(static_cast<std::size_t>(n));
  for (real& value : out) value = static_cast<real>(rng.normal());
  return out;
}

/// The largest difference relative to the largest number; NaN counts as infinitely far away.
double distance(const Numbers& actual, const Numbers& expected) {
  double difference = 0, scale = 1e-30;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    const double d = std::abs(double{actual[i]} - double{expected[i]});
    difference = std::isnan(d) ? INFINITY : std::max(difference, d);
    scale = std::max(scale, std::abs(double{expected[i]}));
  }
  return difference / scale;
}

/// Restores what the tests change for the whole program.
struct Restore {
  ~Restore() {
    set_threads(0);
    use_implementation(Implementation::fast);
  }
};

std::string describe(const Window& g) {
  std::string out;
  for (const Index i : {g.N, g.C, g.H, g.W, g.K, g.R, g.S, g.stride.h, g.stride.w, g.padding.h,
                        g.padding.w, g.dilation.h, g.dilation.w, g.groups}) {
    out += std::to_string(i) + ' ';
  }
  return "N C H W K R S stride padding dilation groups = " + out;
}

struct Convolved {
  Numbers y, dx, dw;
};

template <class Forward, class Dx, class Dw>
Convolved convolve(const Window& g, unsigned seed, bool with_bias, Forward forward, Dx to_x,
                   Dw to_w) {
  Rng rng(seed);
  const Numbers x = random_numbers(g.N * g.C * g.H * g.W, rng);
  const Numbers w = random_numbers(g.K * g.C / g.groups * g.R * g.S, rng);
  const Numbers bias = random_numbers(g.K, rng);
  const Numbers dy = random_numbers(g.N * g.K * g.P * g.Q, rng);
  Convolved out{Numbers(dy.size(), NAN), Numbers(x.size(), NAN), Numbers(w.size(), NAN)};
  forward(x.data(), w.data(), with_bias ? bias.data() : nullptr, out.y.data(), g);
  to_x(dy.data(), w.data(), out.dx.data(), g);
  to_w(dy.data(), x.data(), out.dw.data(), g);
  return out;
}

Convolved convolve(const Window& g, unsigned seed) {
  return convolve(g, seed, seed % 2, kernels::conv2d, conv2d_dx, conv2d_dw);
}

void check_convolution(const Window& g, unsigned seed) {
  INFO(describe(g));
  const Convolved expected =
      convolve(g, seed, seed % 2, reference::conv2d, reference::conv2d_dx, reference::conv2d_dw);
  for (const Implementation way :
       {Implementation::im2col, Implementation::implicit_gemm, Implementation::fast}) {
    const Restore restore;
    use_implementation(way);
    CAPTURE(static_cast<int>(way));
    const Convolved actual = convolve(g, seed);
    CHECK(distance(actual.y, expected.y) < tolerance);
    CHECK(distance(actual.dx, expected.dx) < tolerance);
    CHECK(distance(actual.dw, expected.dw) < tolerance);
  }
}

Window random_window(Rng& rng, bool winograd) {
  const auto below = [&](Index n) { return rng.below(n); };
  for (;;) {
    const Index R = winograd ? 3 : 1 + below(7), S = winograd ? 3 : 1 + below(7);
    Window g{below(5),
             1 + below(winograd ? 40 : 9),
             1 + below(34),
             1 + below(34),
             1 + below(winograd ? 40 : 20),
             R,
             S};
    if (!winograd) g.stride = {1 + below(3), 1 + below(3)};
    g.padding = {below(R + 2), below(S + 2)};
    if (below(3) == 0) g.dilation = {1 + below(3), 1 + below(3)};
    if (below(3) == 0) g.groups = 1 + below(4), g.C *= g.groups, g.K *= g.groups;
    const auto [height, width] = reach({R, S}, g.dilation);
    if (g.H + 2 * g.padding.h < height || g.W + 2 * g.padding.w < width) continue;
    return {g.N, g.C, g.H, g.W, g.K, R, S, g.stride, g.padding, g.dilation, g.groups};
  }
}

TEST_CASE("kernels: convolution equals its reference on awkward shapes") {
  unsigned seed = 1;
  for (const Window& g : std::initializer_list<Window>{
           {1, 1, 1, 1, 1, 1, 1},                     // a single product
           {0, 3, 8, 8, 4, 3, 3, 1, 1},               // an empty batch
           {0, 16, 8, 8, 16, 3, 3, 1, 1},             //
           {2, 1, 28, 28, 16, 3, 3, 1, 1},            // the first layers of our networks
           {2, 3, 32, 32, 32, 3, 3, 1, 1},            //
           {1, 16, 14, 14, 32, 3, 3, 1, 1},           // Winograd, tiles cut off
           {3, 17, 7, 9, 33, 3, 3, 1, 1},             // nothing a multiple of anything
           {2, 64, 8, 8, 64, 3, 3, 1, 1},             //
           {1, 16, 3, 3, 16, 3, 3},                   // one output pixel
           {2, 16, 5, 70, 16, 3, 3, 1, {0, 4}},       // padding beyond the window
           {9, 8, 12, 12, 8, 3, 3, 1, 2},             // several batches of tiles
           {2, 5, 11, 13, 7, 5, 5, 1, 2},             //
           {2, 3, 17, 16, 15, 7, 7, {2, 3}, {3, 8}},  //
           {1, 30, 40, 21, 6, 3, 5, {3, 1}, {0, 1}},  // more than one block of terms and of pixels
           {2, 64, 9, 9, 20, 1, 1, 2, 0},
           {2, 16, 21, 19, 24, 3, 3, 1, 2, 2},        // dilated, of the image's own size
           {1, 5, 9, 8, 6, 3, 2, 1, {8, 5}, {8, 9}},  // by more than the image
           {3, 12, 13, 30, 18, 3, 3, 1, 1, 1, 3},     // in groups
           {2, 20, 19, 17, 20, 3, 3, 2, 1, 1, 20},    // one channel each
           {0, 4, 5, 5, 4, 3, 3, 1, 1, 2, 2}}) {
    check_convolution(g, ++seed);
  }
}

TEST_CASE("kernels: convolution equals its reference on random shapes") {
  Rng rng(20);
  for (unsigned seed = 0; seed < 40; ++seed) check_convolution(random_window(rng, seed % 2), seed);
}

TEST_CASE("kernels: gemm equals its reference, transposed, strided, accumulating or not") {
  Rng rng(3);
  const Index sizes[][3] = {{1, 1, 1},     {1, 128, 300},  {1, 70, 9},    {2, 5, 7},
                            {4, 33, 17},   {10, 40, 6},    {14, 32, 256}, {15, 31, 257},
                            {61, 300, 20}, {130, 17, 520}, {460, 10, 3},  {64, 513, 260},
                            {3, 4, 0},     {0, 3, 2}};
  for (const auto& size : sizes)
    for (int bits = 0; bits < 16; ++bits) {
      const Index M = size[0], N = size[1], K = size[2];
      const bool a_turned = bits & 1, b_turned = bits & 2, accumulate = bits & 4;
      const Index extra = bits & 8 ? 3 : 0;
      const Index a_stride = (a_turned ? M : K) + extra, b_stride = (b_turned ? K : N) + extra;
      const Numbers a = random_numbers((a_turned ? K : M) * a_stride, rng);
      const Numbers b = random_numbers((b_turned ? N : K) * b_stride, rng);
      Numbers actual = random_numbers(M * (N + extra), rng), expected = actual;
      gemm(M, N, K, {a.data(), a_stride, a_turned}, {b.data(), b_stride, b_turned}, actual.data(),
           N + extra, accumulate);
      reference::gemm(M, N, K, {a.data(), a_stride, a_turned}, {b.data(), b_stride, b_turned},
                      expected.data(), N + extra, accumulate);
      INFO("M N K = ", M, " ", N, " ", K, ", case ", bits);
      CHECK(distance(actual, expected) < tolerance);
    }
}

TEST_CASE("kernels: pooling equals its reference") {
  Rng rng(4);
  for (int i = 0; i < 60; ++i) {
    Window g = random_window(rng, false);
    if (i < 20) g = Window{2, 3, 2 + i, 9 + i * 2 % 7, 3, 2, 2, 2};  // windows that tile the image
    g.K = g.C;
    INFO(describe(g));
    Numbers x = random_numbers(g.N * g.C * g.H * g.W, rng);
    if (i % 2) std::ranges::transform(x, x.begin(), [](real v) { return std::round(v); });  // ties
    const Numbers dy = random_numbers(g.N * g.C * g.P * g.Q, rng);
    Numbers y(dy.size(), NAN), y_expected = y, dx(x.size(), NAN), dx_expected = dx;
    max_pool2d(x.data(), y.data(), g);
    reference::max_pool2d(x.data(), y_expected.data(), g);
    CHECK(y == y_expected);
    max_pool2d_dx(dy.data(), x.data(), y.data(), dx.data(), g);
    reference::max_pool2d_dx(dy.data(), x.data(), y.data(), dx_expected.data(), g);
    CHECK(distance(dx, dx_expected) < tolerance);  // windows that overlap add in another order
    avg_pool2d(x.data(), y.data(), g);
    reference::avg_pool2d(x.data(), y_expected.data(), g);
    CHECK(distance(y, y_expected) < tolerance);
    avg_pool2d_dx(dy.data(), dx.data(), g);
    reference::avg_pool2d_dx(dy.data(), dx_expected.data(), g);
    CHECK(distance(dx, dx_expected) < tolerance);
  }
}

TEST_CASE("kernels: total variation and sums over channels equal their references") {
  Rng rng(5);
  const Index sizes[][3] = {{1, 1, 1}, {2, 1, 9}, {1, 9, 1}, {3, 28, 28}, {2, 5, 33}, {0, 4, 4}};
  for (const auto& size : sizes) {
    const Index planes = size[0], H = size[1], W = size[2];
    const Numbers x = random_numbers(planes * H * W, rng);
    for (const double beta : {1.0, 2.0, 1.5})
      for (const double eps : {0.0, 1e-3}) {
        INFO("H W = ", H, " ", W, ", beta = ", beta, ", eps = ", eps);
        const double value = total_variation(x.data(), planes, H, W, beta, eps);
        const double expected = reference::total_variation(x.data(), planes, H, W, beta, eps);
        CHECK(std::abs(value - expected) <= tolerance * (1 + std::abs(expected)));
        Numbers dx(x.size(), NAN), dx_expected = dx;
        total_variation_dx(x.data(), dx.data(), planes, H, W, beta, eps, 0.7);
        reference::total_variation_dx(x.data(), dx_expected.data(), planes, H, W, beta, eps, 0.7);
        CHECK(distance(dx, dx_expected) < tolerance);
      }
    Numbers sums(static_cast<std::size_t>(H), NAN), sums_expected = sums;
    sum_per_channel(x.data(), sums.data(), planes, H, W);
    reference::sum_per_channel(x.data(), sums_expected.data(), planes, H, W);
    CHECK(distance(sums, sums_expected) < tolerance);
  }
}

TEST_CASE("kernels: 1, 2, 3 and 8 threads agree in every bit") {
  const Restore restore;
  for (const Window& g : std::initializer_list<Window>{{5, 20, 16, 16, 24, 3, 3, 1, 1},
                                                       {1, 64, 8, 8, 64, 3, 3, 1, 1},
                                                       {4, 3, 32, 32, 32, 3, 3, 1, 1},
                                                       {3, 12, 19, 19, 20, 5, 5, 2, 2},
                                                       {3, 12, 40, 40, 24, 3, 3, 1, 2, 2, 4},
                                                       {2, 32, 30, 30, 32, 3, 3, 1, 1, 1, 32}}) {
    INFO(describe(g));
    set_threads(1);
    const Convolved expected = convolve(g, 7);
    for (const int count : {2, 3, 8}) {
      set_threads(count);
      for (int repeat = 0; repeat < 3; ++repeat) {
        const Convolved actual = convolve(g, 7);
        CHECK(actual.y == expected.y);
        CHECK(actual.dx == expected.dx);
        CHECK(actual.dw == expected.dw);
      }
    }
  }
  Rng rng(8);
  const Numbers a = random_numbers(500 * 300, rng), b = random_numbers(300 * 520, rng);
  Numbers expected(500 * 520), actual = expected;
  set_threads(1);
  gemm(500, 520, 300, {a.data(), 300}, {b.data(), 520}, expected.data(), 520);
  for (const int count : {2, 3, 8}) {
    set_threads(count);
    gemm(500, 520, 300, {a.data(), 300}, {b.data(), 520}, actual.data(), 520);
    CHECK(actual == expected);
  }
}

constexpr Index plenty = 100'000'000;  // of work, so that the pool is used

TEST_CASE("threads: every task runs once, also nested and from several threads at a time") {
  const Restore restore;
  set_threads(3);
  const auto count_tasks = [] {
    std::vector<std::atomic<int>> runs(200);
    parallel_for(10, plenty, [&](Index outer, int slot) {
      CHECK(slot < threads());
      parallel_for(20, plenty,
                   [&](Index inner, int) { ++runs[static_cast<std::size_t>(outer * 20 + inner)]; });
    });
    return std::all_of(runs.begin(), runs.end(), [](const auto& n) { return n == 1; });
  };
  std::atomic<int> good = 0;
  std::vector<std::thread> users;
  for (int i = 0; i < 3; ++i) {
    users.emplace_back([&] {
      for (int repeat = 0; repeat < 50; ++repeat) good += count_tasks();
    });
  }
  for (std::thread& user : users) user.join();
  CHECK(good == 150);
}

TEST_CASE("threads: an exception in a task reaches the caller, and the pool lives on") {
  const Restore restore;
  for (const int count : {1, 3}) {
    set_threads(count);
    const auto fail = [](Index task, int) {
      if (task % 7 == 5) throw std::runtime_error("task failed");
    };
    CHECK_THROWS_WITH(parallel_for(100, plenty, fail), "task failed");
    std::atomic<Index> sum = 0;
    parallel_for(100, plenty, [&](Index task, int) { sum += task; });
    CHECK(sum == 4950);
  }
}

TEST_CASE("threads: chunks cover a range once, and 0 threads means all cores") {
  const Restore restore;
  set_threads(0);
  CHECK(threads() >= 1);
  set_threads(2);
  for (const Index n : {0, 1, 16'384, 200'001}) {
    std::vector<int> touched(static_cast<std::size_t>(n), 0);
    for_each_chunk(n, elementwise, [&](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) ++touched[static_cast<std::size_t>(i)];
    });
    CHECK(std::count(touched.begin(), touched.end(), 1) == n);
  }
}

}  // namespace
}  // namespace glass
