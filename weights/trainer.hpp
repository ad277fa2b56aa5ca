#pragma once

#include <functional>
#include <memory>
#include <string>

#include "autograd/trace.hpp"
#include "nn/data/dataset.hpp"
#include "nn/model.hpp"
#include "optim/optimiser.hpp"
#include "optim/schedule.hpp"
#include "viz/attack.hpp"
#include "weights/augment.hpp"

namespace glass::training {

/// What `TrainOptions::optimiser` may be.
inline const std::vector<std::string> optimiser_names{"sgd", "adam", "adamw"};
/// What `TrainOptions::schedule` may be.
inline const std::vector<std::string> schedule_names{"constant", "step", "one-cycle"};

/// All that decides which weights come out, besides the data and the description.
struct TrainOptions {
  int epochs = 10;                 ///< passes over the images
  Index batch = 64;                ///< images a step
  std::string optimiser = "adam";  ///< one of `optimiser_names`
  double lr = 0.002;               ///< the largest of the schedule
  double momentum = 0.9;           ///< of sgd
  double weight_decay = 0;         ///< see the optimisers
  /// One of `schedule_names`; "step" is three equal parts, each at a tenth of the one before.
  std::string schedule = "one-cycle";
  std::uint64_t seed = 0;           ///< of order, augmentation and attacks
  double label_smoothing = 0;       ///< in [0, 1), see `nn::Model::loss`
  Augmentation augmentation = {};   ///< of every image, every time
  viz::Attack attack = {};          ///< with one, the network learns from attacked images only
  std::vector<Index> classes = {};  ///< of the data set, see `DataFolder::picked`
};

/// The loss, or a weight, became infinite or NaN.
struct DivergedError : Error {
  using Error::Error;
};

/// Means over the images of an epoch, as they were seen: augmented, and by a network that was still
/// learning from them.
struct EpochResult {
  double loss = 0;                ///< see `nn::Model::loss`
  Index correct = 0, images = 0;  ///< how many were answered rightly, and seen
};

/// One step of the weights, for those who watch.
struct TrainStep {
  const EpochResult& so_far;           ///< of this epoch
  Index step;                          ///< of all epochs, counted from 1
  double loss;                         ///< the mean over the step's images
  double lr;                           ///< the learning rate
  std::shared_ptr<const Trace> trace;  ///< of the step, if it was recorded; else null
};

/// Trains a network, one epoch at a time. What an epoch does depends on the options, the weights,
/// the optimiser's state and the epoch's number, and on nothing else; except that Dropout layers
/// draw from generators of their own, which go on from epoch to epoch.
class Trainer {
 public:
  /// Keeps references: `model` and `data` must outlive it. `data` needs at least one image. Throws
  /// Error for an optimiser or a schedule of another name, and what the optimiser throws.
  Trainer(nn::Model& model, const data::Dataset& data, const TrainOptions& options);

  /// One pass over the images in a new order; images that do not fill a batch are left out of this
  /// epoch. `on_step`, called after each step, may return false: then the epoch ends, is not counted,
  /// and false is returned. Throws DivergedError.
  bool run_epoch(EpochResult& result, const std::function<bool(const TrainStep&)>& on_step = {});
  /// Records a tape of every so many steps for `on_step`; 0: of none. What is trained stays the
  /// same.
  void record_every(Index steps) { record_every_ = steps; }

  Index steps_per_epoch() const { return steps_per_epoch_; }            ///< whole batches
  Index images_per_epoch() const { return steps_per_epoch_ * batch_; }  ///< in these
  int epochs_done() const { return epochs_done_; }             ///< by this run and those it resumes
  void set_epochs_done(int epochs) { epochs_done_ = epochs; }  ///< to resume a run
  const TrainOptions& options() const { return options_; }     ///< as given
  /// Handles to all that changes during training, except the number of epochs done.
  std::vector<nn::NamedTensor> state() const;

 private:
  data::Batch next_batch(std::span<const Index> places) const;
  Tensor attacked(const data::Batch& batch, Index step) const;
  [[noreturn]] void diverged(Index step, const Tensor& images) const;

  nn::Model& model_;
  const data::Dataset& data_;
  TrainOptions options_;
  std::unique_ptr<optim::Optimiser> optimiser_;
  Index batch_, steps_per_epoch_;
  optim::Schedule schedule_;
  int epochs_done_ = 0;
  Index record_every_ = 0;
};

}  // namespace glass::training
