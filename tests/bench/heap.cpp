#include "heap.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

#include "autograd/storage_pool.hpp"

namespace {

std::atomic<std::size_t> calls{0}, bytes{0};

void* counted(std::size_t size, std::size_t alignment) {
  ++calls;
  bytes += size;
  const std::size_t whole = (size + alignment - 1) / alignment * alignment;
  if (void* memory = std::aligned_alloc(alignment, whole ? whole : alignment)) return memory;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t size) { return counted(size, alignof(std::max_align_t)); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return counted(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

namespace glass::bench {

MemoryUse memory_use(const std::function<void()>& step) {
  const std::size_t storage = storage_statistics().system_allocations;
  const std::size_t calls_before = calls, bytes_before = bytes;
  step();
  const std::size_t new_calls = calls - calls_before, new_bytes = bytes - bytes_before;
  return {storage_statistics().system_allocations - storage, new_calls, new_bytes};
}

}  // namespace glass::bench
