#pragma once

#include <cstddef>

namespace glass {

/// What the pool has done since the program began.
struct StorageStatistics {
  std::size_t system_allocations;  ///< buffers asked of the operating system, not of the pool
  std::size_t live_buffers;        ///< buffers that some handle refers to now
  std::size_t live_bytes;          ///< their size
};
StorageStatistics storage_statistics();  ///< up to now, in all threads

/// Gives the pool's free buffers back to the operating system, as after work that is over.
void release_free_storage();

}  // namespace glass
