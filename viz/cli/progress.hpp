#pragma once

#include <chrono>
#include <string>

#include "autograd/shape.hpp"

namespace glass::viz::cli {

/// Seconds since it was made.
class Stopwatch {
 public:
  /// Of real time, not of the processor.
  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_ = Clock::now();
};

/// "  1:05 left", or "  2:01:05 left", if a run of which this share took so many seconds goes on as it
/// did; empty in its first seconds, when nobody can tell.
std::string time_left(double seconds, double share);

bool is_terminal();  ///< standard error is one

/// How far a run is, on standard error. On a terminal it is one line, overwritten by the next and gone at
/// the end; elsewhere a line after a minute, and each further one when half as much time again has passed:
/// a short run says nothing, a night a dozen lines.
class Progress {
 public:
  /// Of a run in so many parts, which take equally long.
  explicit Progress(Index parts = 1, bool terminal = is_terminal())
      : parts_(parts), terminal_(terminal) {}
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() { clear(); }

  /// Begins part `i`, counted from 0; its title stands before the words of each line.
  void begin(Index i, const std::string& title);
  /// What there is to say, "step 3/512", after this share of the part.
  void show(const std::string& words, double share) { show(words, share, since_start_.seconds()); }
  /// The same, so many seconds after the start.
  void show(const std::string& words, double share, double seconds);
  /// Makes room on a terminal for other lines.
  void clear();

 private:
  Index parts_, part_ = 0;
  std::string title_;
  bool terminal_, shown_ = false;
  double next_ = 60;  ///< second from which the next plain line may come
  Stopwatch since_start_;
};

}  // namespace glass::viz::cli
