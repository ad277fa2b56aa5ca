#include "autograd/threads.hpp"

#include <atomic>
#include <chrono>
#include <exception>
#include <thread>
#include <vector>

#include "autograd/storage_pool.hpp"

/// One pool of helpers. A caller publishes a job, raises `generation` to wake them, works on the job
/// itself, then withdraws it and waits for those helpers that had joined. Helpers that wake too late
/// find no job, so nobody ever waits for a sleeper.
///
/// Where the data are decides how much a second core helps: what one core has written, another reads
/// at a fraction of the speed. So each thread begins with its own contiguous share of the tasks, the same
/// part of the batch layer after layer, and takes from another's only when that one does not get on.
namespace glass::kernels {
namespace {

using Clock = std::chrono::steady_clock;

/// What different threads write lies this far apart: two cache lines, since they are fetched in pairs.
constexpr std::size_t apart = 128;

/// The tasks in [next, end), which begin as one thread's own.
struct alignas(apart) Share {
  std::atomic<Index> next{0};
  Index end = 0;
  std::atomic<bool> has_owner{false};  ///< its thread is at work

  void assign(Index first, Index last) {
    next.store(first, std::memory_order_relaxed);
    end = last;
    has_owner.store(false, std::memory_order_relaxed);
  }
  bool left() const { return next.load(std::memory_order_relaxed) < end; }
};

/// One round of waiting: politely to the processor, and now and then to the scheduler.
void relax(int round) {
  if (round % 64 == 63) std::this_thread::yield();
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

struct alignas(apart) Job {
  std::vector<Share>& shares;  ///< one for each thread
  const void* f;
  detail::TaskFunction call;
  std::atomic<bool> failed{false};
  std::exception_ptr error{};

  /// First the tasks of one's own share. Then what is left of others': at once if their owner is still
  /// asleep, else after as much patience as one's own share took.
  void work(std::size_t slot) noexcept {
    const auto start = Clock::now();
    shares[slot].has_owner.store(true, std::memory_order_relaxed);
    take(shares[slot], slot);
    const auto now = Clock::now(), patience = now + (now - start);
    for (std::size_t i = 1; i < shares.size(); ++i) {
      Share& other = shares[(slot + i) % shares.size()];
      for (int round = 0; other.left() && other.has_owner.load(std::memory_order_relaxed);
           ++round) {
        if (Clock::now() > patience) break;
        relax(round);
      }
      take(other, slot);
    }
  }

 private:
  void take(Share& share, std::size_t slot) noexcept {
    for (Index task; (task = share.next.fetch_add(1, std::memory_order_relaxed)) < share.end;) {
      if (failed.load(std::memory_order_relaxed)) return;  // the remaining tasks are dropped
      try {
        call(f, task, static_cast<int>(slot));
      } catch (...) {
        if (!failed.exchange(true)) error = std::current_exception();
      }
    }
  }
};

class Pool {
 public:
  ~Pool() { stop(); }

  int size() const { return size_.load(std::memory_order_relaxed); }

  void resize(int count) {
    std::vector<Share> shares(static_cast<std::size_t>(count > 0 ? count : cores()));
    for (int round = 0; busy_.exchange(true, std::memory_order_acquire); ++round) relax(round);
    stop();
    size_.store(static_cast<int>(shares.size()), std::memory_order_relaxed);
    shares_ = std::move(shares);
    busy_.store(false, std::memory_order_release);
  }

  /// Helpers that are awake are worth a smaller job than those that must be woken.
  bool worth_sharing(Index work) const {
    constexpr Index worth_a_message = 200'000, worth_waking = 400'000;
    return work >= (awake_.load(std::memory_order_relaxed) > 0 ? worth_a_message : worth_waking);
  }

  void run(Index tasks, const void* f, detail::TaskFunction call) {
    const bool taken = size() == 1 || busy_.load(std::memory_order_relaxed) ||
                       busy_.exchange(true, std::memory_order_acquire);
    if (taken) {
      for (Index task = 0; task < tasks; ++task) call(f, task, 0);
      return;
    }
    if (helpers_.empty()) start();
    for (Index slot = 0; slot < size(); ++slot) {
      shares_[static_cast<std::size_t>(slot)].assign(slot * tasks / size(),
                                                     (slot + 1) * tasks / size());
    }
    Job job{shares_, f, call};
    job_.store(&job);
    generation_.fetch_add(1, std::memory_order_release);
    generation_.notify_all();
    job.work(0);
    job_.store(nullptr);
    for (int round = 0; joined_.load(std::memory_order_acquire) > 0; ++round) relax(round);
    busy_.store(false, std::memory_order_release);
    if (job.error) std::rethrow_exception(job.error);
  }

 private:
  static int cores() { return std::max(1, static_cast<int>(std::thread::hardware_concurrency())); }

  void start() {
    try {
      for (int slot = 1; slot < size(); ++slot) {
        helpers_.emplace_back([this, slot, seen = generation_.load()] {
          use_storage_pool(slot);
          awake_.fetch_add(1, std::memory_order_relaxed);
          help(static_cast<std::size_t>(slot), seen);
          awake_.fetch_sub(1, std::memory_order_relaxed);
        });
      }
    } catch (const std::exception&) {
      // The system gives no more threads, or no memory: those that exist share the work.
    }
  }

  void stop() {
    stopping_.store(true);
    generation_.fetch_add(1);
    generation_.notify_all();
    for (std::thread& helper : helpers_) helper.join();
    helpers_.clear();
    stopping_.store(false);
  }

  void help(std::size_t slot, unsigned seen) {
    while (seen = next_generation(seen), !stopping_.load()) {
      // First joined, then looked: a caller that withdraws its job sees a helper that saw the job.
      joined_.fetch_add(1);
      if (Job* const job = job_.load()) job->work(slot);
      joined_.fetch_sub(1, std::memory_order_release);
    }
  }

  /// The next kernel usually follows within microseconds, and waking from sleep would take as long
  /// as the kernel itself: so look around a little before falling asleep.
  unsigned next_generation(unsigned seen) {
    const auto patience = Clock::now() + std::chrono::microseconds(50);
    for (int round = 0;; ++round) {
      const unsigned now = generation_.load(std::memory_order_acquire);
      if (now != seen) return now;
      relax(round);
      if (round % 16 == 15 && Clock::now() > patience) {
        awake_.fetch_sub(1, std::memory_order_relaxed);
        generation_.wait(seen);
        awake_.fetch_add(1, std::memory_order_relaxed);
      }
    }
  }

  std::atomic<bool> busy_{false}, stopping_{false};
  std::atomic<int> size_{cores()}, awake_{0};
  std::vector<Share> shares_ = std::vector<Share>(static_cast<std::size_t>(size()));
  std::vector<std::thread> helpers_;
  // What a caller writes and what its helpers write.
  alignas(apart) std::atomic<unsigned> generation_{0};
  std::atomic<Job*> job_{nullptr};
  alignas(apart) std::atomic<int> joined_{0};
};

Pool& pool() {
  static Pool instance;
  return instance;
}

}  // namespace

void set_threads(int count) { pool().resize(count); }
int threads() { return pool().size(); }
bool detail::worth_sharing(Index work) { return pool().worth_sharing(work); }
void detail::run(Index tasks, const void* f, TaskFunction call) { pool().run(tasks, f, call); }

}  // namespace glass::kernels
