#pragma once

#include <chrono>
#include <string>

#include "weights/evaluate.hpp"
#include "weights/trainer.hpp"

namespace glass::training {

/// Seconds since it was made.
class Stopwatch {
 public:
  /// Of real time, not of the processor.
  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_ = Clock::now();
};

/// How far a run is, in training images.
struct Progress {
  int epoch = 1, epochs = 1;               ///< the running one, counted from 1
  Index images = 0, images_per_epoch = 1;  ///< of this epoch: seen, and in all
  Index images_this_session = 0;  ///< since the program began, which a resumed run did later
  double seconds = 0;             ///< since then
};

/// "epoch 3/15 [########............] 4120 images/s  ETA 1:23"
std::string progress_bar(const Progress& progress);

/// What one finished epoch brought, without the end of line.
std::string epoch_line(const Trainer& trainer, const EpochResult& result,
                       const Evaluation& validation, const Evaluation& test, double seconds);

}  // namespace glass::training
