#pragma once

#include <cstdlib>

#include "autograd/random.hpp"
#include "docs/exercises/grade.hpp"

/// What the private tests share: numbers and shapes that follow from the lecturer's seed.
///
/// A test's name begins with what it is worth, "2 points: ...". What is right they take from the naive
/// kernels, or compute with loops: never from what the exercise replaces.
namespace glass::grade {

/// The lecturer's numbers. Each test begins with them anew.
inline Rng seeded(std::uint64_t more = 0) {
  const char* seed = std::getenv("GLASS_SEED");
  return Rng((seed ? std::strtoull(seed, nullptr, 10) : 0) * 1000 + more);
}

/// One of low, ..., high.
inline Index between(Rng& rng, Index low, Index high) { return low + rng.below(high - low + 1); }

/// Of an operation's output, where a random cotangent arrives: it, and the gradient to one of the inputs.
struct Pulled {
  Tensor dy, dx;
};

/// Lets a random cotangent arrive at f(x), and says what x receives.
template <class F>
Pulled pulled(const Tensor& x, Rng& rng, F f) {
  const Tensor input = x.clone().requires_grad(true);
  const Tensor y = f(input);
  const Tensor dy = Tensor::randn(y.shape(), rng);
  y.backward(dy);
  return {dy, input.grad()};
}

}  // namespace glass::grade
