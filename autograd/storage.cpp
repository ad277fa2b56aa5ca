#include "autograd/storage.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <new>
#include <unordered_map>
#include <vector>

namespace glass {

/// Header and elements share one allocation; the elements start at the next 64-byte boundary.
struct alignas(64) Storage::Block {
  explicit Block(Index n) : size(n) {}
  std::atomic<int> handles{1};
  std::atomic<std::uint64_t> version{0};  // goes on when the pool gives the buffer to others
  Index size;
  real* data() { return reinterpret_cast<real*>(this + 1); }
};

struct StoragePool {
  /// All buffers of one size.
  struct Shelf {
    std::vector<Storage::Block*> free;
    std::size_t made = 0;  ///< in use or free; `free` has room for all: a return cannot fail
  };

  std::mutex mutex;
  std::unordered_map<Index, Shelf> shelves;
  StorageStatistics statistics{};

  /// Never destroyed: tensors with static lifetime may still return their buffers at exit.
  static StoragePool& instance() {
    static StoragePool* pool = new StoragePool;
    return *pool;
  }

  Storage::Block* take(Index size) {
    const std::lock_guard lock(mutex);
    auto& [free, made] = shelves[size];
    Storage::Block* block = nullptr;
    if (free.empty()) {
      if (free.capacity() == made) free.reserve(2 * made + 1);
      void* memory = ::operator new(sizeof(Storage::Block) + bytes(size), alignment);
      block = new (memory) Storage::Block(size);
      ++made;
      ++statistics.system_allocations;
    } else {
      block = free.back();
      free.pop_back();
      block->handles.store(1, std::memory_order_relaxed);
    }
    ++statistics.live_buffers;
    statistics.live_bytes += bytes(size);
    return block;
  }

  void give_back(Storage::Block* block) noexcept {
    const std::lock_guard lock(mutex);
    --statistics.live_buffers;
    statistics.live_bytes -= bytes(block->size);
    shelves[block->size].free.push_back(block);
  }

  void release_free() {
    const std::lock_guard lock(mutex);
    for (auto& [size, shelf] : shelves) {
      for (Storage::Block* block : shelf.free) {
        block->~Block();
        ::operator delete(block, alignment);
      }
      shelf.made -= shelf.free.size();
      shelf.free.clear();
    }
  }

  static std::size_t bytes(Index size) { return static_cast<std::size_t>(size) * sizeof(real); }
  static constexpr std::align_val_t alignment{64};
};

Storage::Storage(Index size) : block_(StoragePool::instance().take(size)) {}

Storage Storage::zeros(Index size) {
  Storage storage(size);
  std::fill_n(storage.mutable_data(), size, real(0));
  return storage;
}

Storage Storage::copy_of(const Storage& other) {
  Storage storage(other.size());
  std::copy(other.begin(), other.end(), storage.mutable_data());
  return storage;
}

Storage::Storage(const Storage& other) noexcept : block_(other.block_) {
  if (block_) block_->handles.fetch_add(1, std::memory_order_relaxed);
}

Storage::~Storage() {
  if (block_ && block_->handles.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    StoragePool::instance().give_back(block_);
  }
}

const real* Storage::data() const { return block_ ? block_->data() : nullptr; }
real* Storage::mutable_data() const {
  if (!block_) return nullptr;
  // Not fetch_add, which is slow: threads that write one buffer race for its values before its version.
  block_->version.store(version() + 1, std::memory_order_relaxed);
  return block_->data();
}
std::uint64_t Storage::version() const {
  return block_ ? block_->version.load(std::memory_order_relaxed) : 0;
}
Index Storage::size() const { return block_ ? block_->size : 0; }
bool Storage::unique() const {
  return block_ && block_->handles.load(std::memory_order_acquire) == 1;
}

StorageStatistics storage_statistics() {
  const std::lock_guard lock(StoragePool::instance().mutex);
  return StoragePool::instance().statistics;
}

void release_free_storage() { StoragePool::instance().release_free(); }

}  // namespace glass
