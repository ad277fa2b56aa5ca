#pragma once

#include "autograd/random.hpp"

namespace glass::training {

/// Random numbers that belong to one purpose, say epoch 3 and image 1234, and are the same whoever
/// draws them and when. So nothing random depends on the number of threads, and a resumed run has
/// no generator to restore.
inline Rng keyed_rng(std::uint64_t seed, Index epoch, Index item) {
  const std::uint64_t key = Rng(seed).bits() + static_cast<std::uint64_t>(epoch);
  return Rng(Rng(key).bits() + static_cast<std::uint64_t>(item));
}

}  // namespace glass::training
