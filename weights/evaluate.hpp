#pragma once

#include "nn/data/dataset.hpp"
#include "nn/model.hpp"
#include "viz/attack.hpp"

namespace glass::training {

/// How a network answered a whole data set.
struct Evaluation {
  Index classes = 0;             ///< how many there are
  std::vector<Index> confusion;  ///< [classes,classes]: row is the truth, column the answer

  Index correct() const;  ///< images that were answered rightly
  Index total() const;    ///< all images
  /// The share of them, from 0 to 1.
  double accuracy() const { return static_cast<double>(correct()) / static_cast<double>(total()); }
};

/// Asks the network about every image of `data`, attacked if asked for, in evaluation mode and off
/// the tape, and leaves it in evaluation mode.
Evaluation evaluate(nn::Model& model, const data::Dataset& data, const viz::Attack& how = {});

}  // namespace glass::training
