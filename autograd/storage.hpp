#pragma once

#include <cstdint>
#include <utility>

#include "autograd/shape.hpp"

namespace glass {

/// A shared handle to a buffer of `real`, aligned to 64 bytes.
///
/// Freed buffers go to a pool keyed by size and come back on the next request of that size, so a
/// training or maximising loop allocates nothing after its first step. Copies alias.
///
/// A buffer that was made of one value takes memory when somebody first looks at it or writes into
/// it, in whatever thread. So a network can be described, and its weight file compared with it, before
/// there is any.
class Storage {
 public:
  Storage() = default;                                        ///< no buffer: converts to false
  explicit Storage(Index size);                               ///< uninitialised
  static Storage full(Index size, real value);                ///< `value` everywhere
  static Storage zeros(Index size) { return full(size, 0); }  ///< 0 everywhere
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

  const real* data() const;                            ///< to read; null if there is no buffer
  Index size() const;                                  ///< number of elements; 0 if there is none
  const real* begin() const { return data(); }         ///< the first element
  const real* end() const { return data() + size(); }  ///< behind the last one
  /// To write, now: what backward() is to read must be written before it is saved, and this call is
  /// how it notices if it was not (see `version`). Kept for later, the pointer would escape that.
  real* mutable_data() const;
  /// Writes the values of a buffer of the same size, which nobody else holds: without a copy, and
  /// without memory for both, if this had none yet.
  void take_values(Storage values) const;
  /// How many calls of `mutable_data` the buffer has seen, through any handle; 0 without a buffer.
  std::uint64_t version() const;
  explicit operator bool() const { return block_ != nullptr; }  ///< there is a buffer

  /// True if no other handle shares the buffer, so that writing into it surprises nobody.
  bool unique() const;

 private:
  struct Block;
  friend struct StoragePool;
  Block* block_ = nullptr;
};

}  // namespace glass
