#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

#include "autograd/random.hpp"

/// Properties: what must hold for random inputs, whatever they are.
namespace glass::testing {

/// Calls `property(rng)` for `cases` cases, each with random numbers of its own, the same in every
/// run. A failure names its case's seed. Two environment variables change what is run:
///
///     GLASS_SEED=17      case 17 alone, to see it again
///     GLASS_CASES=5000   that many cases of each property
template <class Property>
void for_random_cases(std::uint64_t cases, const Property& property) {
  const char *only = std::getenv("GLASS_SEED"), *count = std::getenv("GLASS_CASES");
  const std::uint64_t first = only ? std::strtoull(only, nullptr, 10) : 0;
  if (count) cases = std::strtoull(count, nullptr, 10);
  for (std::uint64_t seed = first; seed < first + (only ? 1 : cases); ++seed) {
    INFO("to see this case alone: GLASS_SEED=", seed);
    Rng rng(seed);
    property(rng);
  }
}

/// A whole number from `low` to `high`, both included.
inline Index between(Rng& rng, Index low, Index high) { return low + rng.below(high - low + 1); }

}  // namespace glass::testing
