#pragma once

#include <algorithm>

#include "autograd/precision.hpp"
#include "autograd/shape.hpp"

/// Work on several cores, with results that do not depend on how many.
///
/// A kernel cuts its work into tasks whose number and extent follow from the shapes alone. Each thread
/// begins with its share of them, and takes from the others' when it is done: who computes a task varies,
/// what it computes does not. Sums that cross tasks are added afterwards, in the order of the tasks. So 1,
/// 2, 3 and 8 threads agree in every bit.
namespace glass::kernels {

/// How many threads work, the caller included. 0 stands for one on each core.
void set_threads(int count);
int threads();  ///< how many it is now

namespace detail {
using TaskFunction = void (*)(const void* f, Index task, int slot);
bool worth_sharing(Index work);
void run(Index tasks, const void* f, TaskFunction call);
}  // namespace detail

/// Calls `f(task, slot)` for each task in [0, tasks). `slot` < threads() tells the threads apart
/// and picks each one's scratch memory. `work`, in additions or so, says whether waking others
/// is worth it. The first exception is rethrown here when all have stopped. A call from within a
/// task, or while another thread has the pool, runs on the calling thread alone.
template <class F>
void parallel_for(Index tasks, Index work, const F& f) {
  if (tasks < 2 || !detail::worth_sharing(work)) {
    for (Index task = 0; task < tasks; ++task) f(task, 0);
  } else {
    detail::run(tasks, &f, [](const void* function, Index task, int slot) {
      (*static_cast<const F*>(function))(task, slot);
    });
  }
}

/// Calls `f(begin, end)` on consecutive pieces of [0, n), of equal size and an even number, so that the
/// same half of a batch falls to the same one of two cores whatever the operation: for loops whose time
/// goes into moving memory.
template <class F>
void for_each_chunk(Index n, Index work_per_item, const F& f) {
  constexpr Index chunk = 65'536;
  const Index pairs = (n * work_per_item + 2 * chunk - 1) / (2 * chunk);
  const Index chunks = std::min(n, 2 * pairs);
  parallel_for(chunks, n * work_per_item,
               [&](Index task, int) { f(task * n / chunks, (task + 1) * n / chunks); });
}

/// Work per element of an operation that reads one or two numbers and writes one.
constexpr Index elementwise = 4;

}  // namespace glass::kernels
