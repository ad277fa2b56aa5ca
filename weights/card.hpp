#pragma once

#include <string>

#include "weights/evaluate.hpp"

namespace glass::training {

/// What a model card tells about a trained network.
struct Card {
  std::string data;                                    ///< name of the data folder
  std::string classes;                                 ///< picked of them; empty: all
  Index training_images = 0;                           ///< how many gradients came from
  std::string command;                                 ///< the command line that trained it
  std::uint64_t seed = 0;                              ///< of initial weights and training
  std::string commit;                                  ///< of the program; may be empty
  int epochs = 0, planned_epochs = 0, best_epoch = 0;  ///< the best counted from 1
  Evaluation validation, test;                         ///< of the weights that are kept
  /// Accuracy under an attack.
  struct Robust {
    viz::Attack attack;  ///< on every image
    Evaluation test;     ///< of the attacked test images
  };
  std::vector<Robust> robust;  ///< one for each attack that was tried
};

/// The card as Markdown. `viz info` shows the lines with "accuracy:".
std::string write_card(const nn::Model& model, const Card& card);

/// "99.12 % (9912 of 10000)"
std::string accuracy_text(Index correct, Index total);

}  // namespace glass::training
