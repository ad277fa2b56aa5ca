#pragma once

#include <string>

#include "weights/evaluate.hpp"
#include "weights/trainer.hpp"

namespace glass::training {

/// How far a training is, in its images.
struct ImagesSeen {
  int epoch = 1, epochs = 1;               ///< the running one, counted from 1
  Index images = 0, images_per_epoch = 1;  ///< of this epoch: seen, and in all
  Index images_this_session = 0;  ///< since the program began, which a resumed run did later
  double seconds = 0;             ///< since then

  /// Of what this session has to do, the part that is done.
  double share() const;
};

/// "epoch 3/15 [########............] 4120 images/s"
std::string progress_bar(const ImagesSeen& seen);

/// What one finished epoch brought, without the end of line.
std::string epoch_line(const Trainer& trainer, const EpochResult& result,
                       const Evaluation& validation, const Evaluation& test, double seconds);

}  // namespace glass::training
