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

}  // namespace glass::viz
