#pragma once

#include <string>

#include "nn/io/weights.hpp"
#include "weights/best.hpp"
#include "weights/trainer.hpp"

namespace glass::training {

/// Writes all that a training run needs to go on as if it had never stopped: the weights, the
/// optimiser's state, the best weights so far, how far it is, and the options that it began with.
/// A safetensors file that replaces `path` at once or not at all. Throws IoError.
void save_checkpoint(const Trainer& trainer, const BestWeights& best, const std::string& path);

/// Puts a saved run into a trainer and a best copy of the same network and options; returns the
/// number of epochs that the saved run was planned for, the one option that may differ. Throws
/// IoError if the file cannot be read, FileError if it is damaged, belongs to another network, or
/// to a run with other options (naming the first).
int load_checkpoint(Trainer& trainer, BestWeights& best, const std::string& path,
                    const nn::LoadOptions& load = {});

}  // namespace glass::training
