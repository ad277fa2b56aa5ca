#pragma once

#include <cstddef>

namespace glass {

/// What the pools have done since the program began.
struct StorageStatistics {
  std::size_t system_allocations;  ///< buffers asked of the operating system, not of the pool
  std::size_t live_buffers;        ///< buffers that some handle refers to now
  std::size_t live_bytes;          ///< their size
};
StorageStatistics storage_statistics();  ///< up to now, in all threads

/// How many pools there are. A buffer returns to the one that it came from.
constexpr int storage_pools = 64;
/// This thread takes its buffers from that pool, modulo their number. Each helper of `parallel_for` has one
/// of its own, and all other threads share number 0: so a core works in memory that it has in its caches.
void use_storage_pool(int number);

/// Gives the pools' free buffers back to the operating system, as after work that is over.
void release_free_storage();

}  // namespace glass
