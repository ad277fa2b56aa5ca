#include "autograd/storage.hpp"

#include <algorithm>
#include <atomic>
#include <limits>
#include <memory>
#include <mutex>
#include <new>
#include <span>
#include <unordered_map>
#include <vector>

#include "autograd/storage_pool.hpp"

namespace glass {

struct StoragePool;

struct Storage::Block {
  Block(Index n, StoragePool& home) : pool(home), size(n) {}
  ~Block() { ::operator delete(elements.load(), alignment); }

  std::atomic<int> handles{1};
  std::atomic<std::uint64_t> version{0};  // goes on when the pool gives the buffer to others
  StoragePool& pool;                      ///< where it returns, whoever had it last
  Index size;
  real value = 0;  ///< of all elements, as long as there is no memory for them
  std::atomic<real*> elements{nullptr};  ///< once there is

  static constexpr std::align_val_t alignment{64};
  std::size_t bytes() const { return static_cast<std::size_t>(size) * sizeof(real); }
  real* data();
};

namespace {
thread_local int pool_of_this_thread = 0;
}

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
  static std::span<StoragePool> all() {
    static StoragePool* const pools = new StoragePool[storage_pools];
    return {pools, storage_pools};
  }
  static StoragePool& mine() { return all()[static_cast<std::size_t>(pool_of_this_thread)]; }

  /// Without memory only if asked for so, and if there is no free buffer.
  Storage::Block* take(Index size, bool with_memory) {
    const std::lock_guard lock(mutex);
    auto& [free, made] = shelves[size];
    Storage::Block* block = nullptr;
    if (free.empty()) {
      if (free.capacity() == made) free.reserve(2 * made + 1);
      auto fresh = std::make_unique<Storage::Block>(size, *this);
      if (with_memory) fresh->elements = allocate(*fresh);
      block = fresh.release();
      ++made;
    } else {
      block = free.back();
      free.pop_back();
      block->handles.store(1, std::memory_order_relaxed);
    }
    ++statistics.live_buffers;
    statistics.live_bytes += block->bytes();
    return block;
  }

  /// The elements of a block that had no memory when its caller looked.
  real* fill(Storage::Block& block) {
    const std::lock_guard lock(mutex);
    if (!block.elements) {  // no other thread was faster
      real* elements = allocate(block);
      std::fill_n(elements, block.size, block.value);
      block.elements.store(elements, std::memory_order_release);
    }
    return block.elements;
  }

  /// The memory of a block that nobody else holds, to one of this pool that has none. True if so.
  bool move_memory(Storage::Block& from, Storage::Block& to) {
    const std::lock_guard lock(mutex);
    if (!from.elements || to.elements || from.handles != 1) return false;
    to.elements.store(from.elements.exchange(nullptr), std::memory_order_release);
    return true;
  }

  void give_back(Storage::Block* block) noexcept {
    const std::lock_guard lock(mutex);
    --statistics.live_buffers;
    statistics.live_bytes -= block->bytes();
    auto& [free, made] = shelves[block->size];
    if (block->elements) {
      free.push_back(block);
    } else {
      delete block;
      --made;
    }
  }

  void release_free() {
    const std::lock_guard lock(mutex);
    for (auto& [size, shelf] : shelves) {
      for (Storage::Block* block : shelf.free) delete block;
      shelf.made -= shelf.free.size();
      shelf.free.clear();
    }
  }

 private:
  real* allocate(const Storage::Block& block) {
    constexpr auto most = std::numeric_limits<std::size_t>::max() / sizeof(real);
    if (static_cast<std::size_t>(block.size) > most) throw std::bad_alloc();
    void* memory = ::operator new(block.bytes(), Storage::Block::alignment);
    ++statistics.system_allocations;
    return static_cast<real*>(memory);
  }
};

real* Storage::Block::data() {
  real* there = elements.load(std::memory_order_acquire);
  return there ? there : pool.fill(*this);
}

Storage::Storage(Index size) : block_(StoragePool::mine().take(size, true)) {}

Storage Storage::full(Index size, real value) {
  Storage storage;
  storage.block_ = StoragePool::mine().take(size, false);
  storage.block_->value = value;
  if (real* elements = storage.block_->elements) std::fill_n(elements, size, value);
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
    block_->pool.give_back(block_);
  }
}

const real* Storage::data() const { return block_ ? block_->data() : nullptr; }
real* Storage::mutable_data() const {
  if (!block_) return nullptr;
  // Not fetch_add, which is slow: threads that write one buffer race for its values before its version.
  block_->version.store(version() + 1, std::memory_order_relaxed);
  return block_->data();
}
void Storage::take_values(Storage values) const {
  const bool moved = block_->pool.move_memory(*values.block_, *block_);
  real* to = mutable_data();  // which counts it
  if (!moved) std::copy(values.begin(), values.end(), to);
}
std::uint64_t Storage::version() const {
  return block_ ? block_->version.load(std::memory_order_relaxed) : 0;
}
Index Storage::size() const { return block_ ? block_->size : 0; }
bool Storage::unique() const {
  return block_ && block_->handles.load(std::memory_order_acquire) == 1;
}

StorageStatistics storage_statistics() {
  StorageStatistics sum{};
  for (StoragePool& pool : StoragePool::all()) {
    const std::lock_guard lock(pool.mutex);
    sum.system_allocations += pool.statistics.system_allocations;
    sum.live_buffers += pool.statistics.live_buffers;
    sum.live_bytes += pool.statistics.live_bytes;
  }
  return sum;
}

void release_free_storage() {
  for (StoragePool& pool : StoragePool::all()) pool.release_free();
}

void use_storage_pool(int number) { pool_of_this_thread = number % storage_pools; }

}  // namespace glass
