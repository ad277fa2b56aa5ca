#include "autograd/threads.hpp"

#include <atomic>
#include <chrono>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

/// One pool of helpers. A caller publishes a job, raises `generation` to wake them, works on the job
/// itself, then withdraws it and waits for those helpers that had joined. Helpers that wake too late
/// find no job, so nobody ever waits for a sleeper.
namespace glass::kernels {
namespace {

struct Job {
  Index tasks;
  const void* f;
  detail::TaskFunction call;
  std::atomic<Index> next{0};
  std::atomic<bool> failed{false};
  std::exception_ptr error{};

  void work(int slot) noexcept {
    for (Index task; (task = next.fetch_add(1, std::memory_order_relaxed)) < tasks;) {
      try {
        call(f, task, slot);
      } catch (...) {
        next.store(tasks, std::memory_order_relaxed);  // the remaining tasks are dropped
        if (!failed.exchange(true)) error = std::current_exception();
      }
    }
  }
};

/// One round of waiting: politely to the processor, and now and then to the scheduler.
void relax(int round) {
  if (round % 64 == 63) std::this_thread::yield();
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

class Pool {
 public:
  ~Pool() { stop(); }

  int size() const { return size_.load(std::memory_order_relaxed); }

  void resize(int count) {
    for (int round = 0; busy_.exchange(true, std::memory_order_acquire); ++round) relax(round);
    stop();
    size_.store(count > 0 ? count : cores(), std::memory_order_relaxed);
    busy_.store(false, std::memory_order_release);
  }

  void run(Job& job) {
    if (size() == 1 || busy_.exchange(true, std::memory_order_acquire)) {
      job.work(0);
    } else {
      if (helpers_.empty()) start();
      publish(&job);
      generation_.fetch_add(1, std::memory_order_release);
      generation_.notify_all();
      job.work(0);
      publish(nullptr);
      for (int round = 0; joined_.load(std::memory_order_acquire) > 0; ++round) relax(round);
      busy_.store(false, std::memory_order_release);
    }
    if (job.error) std::rethrow_exception(job.error);
  }

 private:
  static int cores() { return std::max(1, static_cast<int>(std::thread::hardware_concurrency())); }

  void publish(Job* job) {
    const std::lock_guard lock(mutex_);
    job_ = job;
  }

  void start() {
    try {
      for (int slot = 1; slot < size(); ++slot) {
        helpers_.emplace_back([this, slot, seen = generation_.load()] { help(slot, seen); });
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

  void help(int slot, unsigned seen) {
    while (seen = next_generation(seen), !stopping_.load()) {
      mutex_.lock();
      Job* const job = job_;
      if (job) joined_.fetch_add(1, std::memory_order_relaxed);
      mutex_.unlock();
      if (!job) continue;
      job->work(slot);
      joined_.fetch_sub(1, std::memory_order_release);
    }
  }

  /// The next kernel usually follows within microseconds, and waking from sleep would take as long
  /// as the kernel itself: so look around a little before falling asleep.
  unsigned next_generation(unsigned seen) const {
    const auto patience = std::chrono::steady_clock::now() + std::chrono::microseconds(50);
    for (int round = 0;; ++round) {
      const unsigned now = generation_.load(std::memory_order_acquire);
      if (now != seen) return now;
      relax(round);
      if (round % 16 == 15 && std::chrono::steady_clock::now() > patience) generation_.wait(seen);
    }
  }

  std::atomic<bool> busy_{false}, stopping_{false};
  std::atomic<unsigned> generation_{0};
  std::atomic<int> joined_{0}, size_{cores()};
  std::mutex mutex_;
  Job* job_ = nullptr;
  std::vector<std::thread> helpers_;
};

Pool& pool() {
  static Pool instance;
  return instance;
}

}  // namespace

void set_threads(int count) { pool().resize(count); }
int threads() { return pool().size(); }

void detail::run(Index tasks, const void* f, TaskFunction call) {
  Job job{tasks, f, call};
  pool().run(job);
}

}  // namespace glass::kernels
