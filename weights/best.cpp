#include "weights/best.hpp"

#include <algorithm>

namespace glass::training {

namespace {

std::vector<nn::NamedTensor> parameters_and_buffers(const nn::Model& model) {
  std::vector<nn::NamedTensor> all = model.parameters();
  for (nn::NamedTensor& buffer : model.buffers()) all.push_back(std::move(buffer));
  return all;
}

/// Both lists come from the same network, so that they agree in order and shapes.
void copy_values(const std::vector<nn::NamedTensor>& from, const std::vector<nn::NamedTensor>& to) {
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::copy(from[i].tensor.storage().begin(), from[i].tensor.storage().end(),
              to[i].tensor.mutable_data());
  }
}

}  // namespace

BestWeights::BestWeights(const nn::Model& model) {
  for (const auto& [name, tensor] : parameters_and_buffers(model)) {
    copies_.push_back({"best." + name, tensor.clone()});
  }
}

void BestWeights::consider(const nn::Model& model, int epoch, Index correct) {
  if (correct < correct_) return;
  copy_values(parameters_and_buffers(model), copies_);
  set_record(epoch, correct);
}

void BestWeights::restore(nn::Model& model) const {
  copy_values(copies_, parameters_and_buffers(model));
}

void BestWeights::set_record(int epoch, Index correct) {
  epoch_ = epoch;
  correct_ = correct;
}

}  // namespace glass::training
