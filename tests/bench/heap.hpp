#pragma once

#include <cstddef>

namespace glass::bench {

/// Calls of operator new in this program since it began, and the bytes they asked for.
struct HeapUse {
  std::size_t calls, bytes;
};
HeapUse heap_use();

}  // namespace glass::bench
