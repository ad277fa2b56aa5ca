#pragma once

#include "nn/model.hpp"

namespace glass::training {

/// A copy of a network's parameters and buffers as they were after the best epoch so far.
class BestWeights {
 public:
  /// As they are now.
  explicit BestWeights(const nn::Model& model);

  /// Copies the network if it answered at least as many images as the best one; of equals, the one
  /// that was trained longer wins.
  void consider(const nn::Model& model, int epoch, Index correct);
  /// Writes the copy back into the network.
  void restore(nn::Model& model) const;

  int epoch() const { return epoch_; }        ///< counted from 1; 0 if none was considered
  Index correct() const { return correct_; }  ///< images answered by the best

  // For checkpoints
  const std::vector<nn::NamedTensor>& state() const { return copies_; }  ///< handles to the copy
  void set_record(int epoch, Index correct);  ///< what the copy has achieved

 private:
  std::vector<nn::NamedTensor> copies_;
  int epoch_ = 0;
  Index correct_ = 0;
};

}  // namespace glass::training
