#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "autograd/trace.hpp"
#include "optim/optimiser.hpp"
#include "viz/objective.hpp"
#include "viz/parametrisation.hpp"
#include "viz/regulariser.hpp"

namespace glass::viz {

/// A setting, one of `nn::maximise_settings` but "init-noise", that takes another value during a run.
struct Change {
  int after;            ///< so many steps
  std::string setting;  ///< by name
  double value;         ///< from then on
};

/// How an image is fitted to an objective. The defaults suit pictures of 28 or 32 pixels a side; of others
/// see `options_for`. They are explained in docs/defaults.md.
struct MaximiseOptions {
  int steps = 512;                 ///< of the optimiser
  double lr = 0.05;                ///< see `optim::Optimiser::lr`; pixels are in [0, 1]
  std::string optimiser = "adam";  ///< adam or sgd
  Regulariser regulariser = {.tv = 0.3, .beta = 1.5, .l2 = 0.5};  ///< what keeps images natural

  /// Each step looks at the image changed a little, so that nothing hangs on single pixels: moved by
  /// up to this many pixels.
  int jitter = 3;
  double rotate = 0;  ///< turned by up to this many degrees either way
  double zoom = 0;    ///< larger or smaller by up to this share

  double blur = 0;     ///< standard deviation, in pixels, of a blur of the image ...
  int blur_every = 4;  ///< ... after every so many steps (Yosinski et al. 2015)

  std::string parametrisation = "pixel";  ///< see Parametrisation
  bool decorrelate = false;               ///< see Parametrisation

  std::uint64_t seed = 0;  ///< of the changes
  int stop_after = 0;      ///< if not 0, end after so many steps, fewer than planned or more
  bool record = false;     ///< show each step's tape to `on_step`

  std::vector<Change> changes = {};  ///< what `maximise` changes on the way

  /// How many steps a run does, unless `on_step` says stop.
  int last_step() const { return stop_after > 0 ? stop_after : steps; }
};

/// How many times as large as those of MNIST and CIFAR-10 pictures [C,H,W] are: the shorter side over 30,
/// rounded, and at least 1.
int size_factor(const Shape& picture);
/// The options for pictures [C,H,W] of any size: with k the `size_factor`, jitter and `l2` are k times the
/// defaults, and `tv` is k^1.5 times its; from k = 3 on, the parametrisation is fourier (docs/defaults.md).
MaximiseOptions options_for(const Shape& picture);

/// One step. The sums are over the batch: what was descended along is penalty - objective / unit.
struct MaximiseStep {
  int step, steps;                     ///< done so far, and planned
  double objective, penalty;           ///< before the step
  const Tensor& image;                 ///< [N,C,H,W] after the step
  std::shared_ptr<const Trace> trace;  ///< of the step, if it was recorded; else null
};

/// What `maximise` made.
struct MaximiseResult {
  Tensor images;                                          ///< [N,C,H,W] in [0, 1]
  std::vector<double> objective_before, objective_after;  ///< per picture, not regularised
  std::vector<double> penalty;                            ///< per picture, at the end
  std::vector<bool> reached;  ///< false: no gradient came through, at the start or at the end
  double unit = 1;            ///< see `objective_unit`
  int steps = 0;              ///< done; fewer than planned if `on_step` said stop
};

/// The objective's unit: the mean norm of its gradient on strong noise, in which all is active.
/// Logits of one network are ten times those of another; divided by this, all weigh alike beside a
/// regulariser. 1 if no gradient comes through. Throws FileError as `saliency` does.
double objective_unit(nn::Model& model, const Objective& objective);

/// Activation maximisation (Erhan et al. 2009; Simonyan et al. 2014): freezes the weights, makes
/// the images trainable, and descends along
///
///     regulariser(image) - objective(image) / unit
///
/// with the `backward()` and the optimisers that train networks. The regulariser's weight rises
/// from 0 over the first half of the planned steps, and stays. Pixels stay in [0, 1].
///
/// One step at a time, so that who looks on may change what the next one does. The model and the
/// objective must outlive this, and stay as they are: the model frozen, and in evaluation mode.
class Maximisation {
 public:
  /// Begins at `init`[N,C,H,W], which is not modified. Throws Error for options that cannot be;
  /// FileError as `saliency` does.
  Maximisation(nn::Model& model, const Objective& objective, const Tensor& init,
               const MaximiseOptions& options);

  /// Takes one, also beyond those that were planned. Throws FileError, naming the first layer, if its
  /// loss or gradient is NaN or infinite.
  MaximiseStep step();
  /// From the next step on. Throws Error if the optimiser, the coordinates or the seed are others: with
  /// these, a run can only begin.
  void change(const MaximiseOptions& options);

  const MaximiseOptions& options() const { return options_; }  ///< as last changed
  int steps() const { return steps_; }                         ///< done
  const Tensor& images() const { return images_; }             ///< [N,C,H,W] in [0, 1]
  double unit() const { return unit_; }                        ///< see `objective_unit`
  /// What it came to so far. Throws FileError as `saliency` does.
  MaximiseResult result() const;

 private:
  nn::Model& model_;
  const Objective& objective_;
  MaximiseOptions options_;
  double unit_;
  std::vector<double> slope_before_, objective_before_;  ///< per picture
  std::vector<double> centre_;                           ///< see `centre_of`
  std::unique_ptr<Parametrisation> x_;
  std::unique_ptr<optim::Optimiser> optimiser_;
  Rng rng_;
  Tensor images_;
  int steps_ = 0;
};

/// All steps of a Maximisation; `on_step` may return false to stop early.
MaximiseResult maximise(nn::Model& model, const Objective& objective, const Tensor& init,
                        const MaximiseOptions& options,
                        const std::function<bool(const MaximiseStep&)>& on_step = {});

}  // namespace glass::viz
