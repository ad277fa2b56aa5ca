#pragma once

#include "viz/pages/report.hpp"
#include "weights/card.hpp"
#include "weights/trainer.hpp"

namespace glass::training {

/// Follows a training for `train --report`, from the epoch at which it finds it.
class TrainingReport {
 public:
  /// Lets the trainer record some of its steps: of each epoch 1 to 50, so many as make 500 in all.
  /// Keeps references.
  TrainingReport(const nn::Model& model, Trainer& trainer);

  void add(const TrainStep& step);  ///< after each step
  /// After each epoch, with the answers to the training images as they were seen.
  void end_epoch(const EpochResult& training, const Evaluation& validation, const Evaluation& test);

  /// The report so far. A card without evaluations is that of a training that still goes on.
  viz::Report report(const Card& card) const;

 private:
  void draw_kernels(double step);

  const nn::Model& model_;
  const Trainer& trainer_;
  int first_epoch_;
  std::vector<viz::Report::Frame> kernels_;
  viz::Report::Panel loss_, accuracy_, lr_, gradient_;
  double loss_sum_ = 0;  ///< since the last point of the curve
  Index loss_count_ = 0;
};

}  // namespace glass::training
