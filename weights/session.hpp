#pragma once

#include <string>

#include "nn/io/weights.hpp"
#include "weights/trainer.hpp"

namespace glass::training {

/// One call of the program `train`.
struct Session {
  std::string model;    ///< description to train
  std::string data;     ///< folder with a data set
  std::string output;   ///< description to write; weights, card and checkpoint go beside it
  std::string report;   ///< web page to write as well; empty: none
  std::string command;  ///< for the model card
  std::string commit;   ///< of the program; may be empty
  /// How to train; its `classes` come from the next, and a `batch` of 0 is one that suits the data.
  TrainOptions options;
  std::vector<std::string> classes;       ///< of the data set, names or numbers; empty: all
  std::vector<viz::Attack> test_attacks;  ///< the card tells the accuracy under these as well
  bool create = false;                    ///< `model` is yet to be made, see `starting_model`
  bool overwrite = false;                 ///< may replace files that are there already
  bool resume = false;                    ///< continue from the checkpoint beside `output`
  nn::LoadOptions load;                   ///< how to read that
};

/// Trains, and writes a checkpoint after each epoch and at the end the description, the weights of
/// the best epoch and the model card; the report both after each epoch and at the end. One line per
/// epoch on standard output; progress on standard error. After Ctrl-C it writes what is best so far.
/// Returns the exit code; throws UsageError if the training diverges, and what reading and writing
/// throw.
int run_session(const Session& session);

}  // namespace glass::training
