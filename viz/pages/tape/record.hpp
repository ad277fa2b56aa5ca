#pragma once

#include <memory>

#include "autograd/trace.hpp"
#include "viz/maximise.hpp"

namespace glass::viz {

/// One step of training on image[N,C,H,W] of pixels, without the optimiser's part: the loss is
/// `Model::loss` of the logits with `label`. Makes the weights trainable and leaves the model in
/// training mode, in which batch normalisation moves its running values. Throws Error where
/// `Model::check_batch` does; FileError, naming the first layer, if anything is NaN or infinite.
std::shared_ptr<const Trace> tape_of_training(nn::Model& model, const Tensor& image, Index label);

/// The step of `maximise` that comes after `steps` others. Throws FileError as above.
std::shared_ptr<const Trace> tape_of_maximisation(nn::Model& model, const Objective& objective,
                                                  const Tensor& init, MaximiseOptions options,
                                                  int steps);

/// Whether each gradient that an operation sent is more than zeros: no ReLU is dead from end to end,
/// and no term's weight is 0.
bool every_gradient_lives(const Trace& trace);

/// How many steps of `maximise` come before the first in which every gradient lives. The
/// regulariser's weight begins at 0, and so the first step of all is seldom it. 0 if it is not among
/// the first 64.
int steps_until_all_live(nn::Model& model, const Objective& objective, const Tensor& init,
                         MaximiseOptions options);

}  // namespace glass::viz
