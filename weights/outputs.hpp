#pragma once

#include "nn/model.hpp"
#include "weights/session.hpp"

namespace glass::training {

/// The files that a training writes.
struct Outputs {
  std::string description;  ///< as the session says
  std::string weights;      ///< as the description says, beside it
  std::string card;         ///< description.md
  std::string checkpoint;   ///< description.checkpoint.safetensors
  std::string report;       ///< as the session says; empty: none
};

/// Chooses where the trained network goes, and names its weights in `model`: those that the description
/// names, except that a network which is trained into another description has weights of its own.
///
/// Throws unless all of that may be written, before there is anything to lose: UsageError if two are
/// one file, one is an input, or one is there already, without `session.overwrite` or `resume`;
/// FileError if one leads out of its folder by a link, or is no regular file; IoError if a folder is
/// missing.
Outputs choose_outputs(const Session& session, nn::Model& model);

}  // namespace glass::training
