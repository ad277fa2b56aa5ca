#pragma once

#include <utility>

#include "autograd/shape.hpp"

namespace glass::inline GLASS_PRECISION {

/// A shared handle to a buffer of `real`, aligned to 64 bytes.
///
/// Freed buffers go to a pool keyed by size and come back on the next request of that size, so a
/// training or maximising loop allocates nothing after its first step. Copies alias.
class Storage {
 public:
  Storage() = default;                           ///< no buffer: converts to false
  explicit Storage(Index size);                  ///< uninitialised
  static Storage zeros(Index size);              ///< filled with 0
  static Storage copy_of(const Storage& other);  ///< the same values in a buffer of its own

  Storage(const Storage& other) noexcept;  ///< shares the buffer
  /// Takes the buffer.
  Storage(Storage&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  /// Shares or takes the buffer.
  Storage& operator=(Storage other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~Storage();

  real* data() const;                            ///< null if there is no buffer
  real* mutable_data() const { return data(); }  ///< the same, for those who write
  Index size() const;                            ///< number of elements; 0 if there is no buffer
  real* begin() const { return data(); }         ///< the first element
  real* end() const { return data() + size(); }  ///< behind the last one
  explicit operator bool() const { return block_ != nullptr; }  ///< there is a buffer

  /// True if no other handle shares the buffer, so that writing into it surprises nobody.
  bool unique() const;

 private:
  struct Block;
  friend struct StoragePool;
  Block* block_ = nullptr;
};

/// What the pool has done since the program began.
struct StorageStatistics {
  std::size_t system_allocations;  ///< buffers asked of the operating system, not of the pool
  std::size_t live_buffers;        ///< buffers that some handle refers to now
  std::size_t live_bytes;          ///< their size
};
StorageStatistics storage_statistics();  ///< up to now, in all threads

/// Gives the pool's free buffers back to the operating system, as after work that is over.
void release_free_storage();

}  // namespace glass::inline GLASS_PRECISION
