#pragma once

#include <cstddef>
#include <functional>

namespace glass::bench {

/// What one step takes of the machine's memory, beyond what earlier steps have left for it.
struct MemoryUse {
  std::size_t new_storage;  ///< buffers that the pool of the tensors had to allocate
  std::size_t heap_calls;   ///< calls of operator new, for nodes, handles and the like
  std::size_t heap_bytes;   ///< and what they asked for
};
/// Of one call of `step`.
MemoryUse memory_use(const std::function<void()>& step);

}  // namespace glass::bench
