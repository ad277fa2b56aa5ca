#include "nn/model.hpp"

#include <algorithm>
#include <filesystem>

#include "nn/description.hpp"
#include "nn/file_kind.hpp"
#include "nn/files.hpp"

namespace glass::inline GLASS_PRECISION::nn {

namespace {

std::string beside(const std::string& description, const std::string& weights) {
  return (std::filesystem::path(description).parent_path() / weights).string();
}

}  // namespace

void Model::set_training(bool training) {
  Module::set_training(training);
  training ? layers.train() : layers.eval();
}

Index Model::class_count() const {
  const Shape out = output_shape({1, input_shape[0], input_shape[1], input_shape[2]});
  if (out.rank() != 2) {
    throw FileError(text("model ", name, ": expected an output [1,classes], got ", out));
  }
  return out[1];
}

Index Model::logits_layer() const {
  Index last = layers.size() - 1;
  const auto is_softmax = [&](Index i) {
    const std::string type = layers.layer(i).type();
    return type == "Softmax" || type == "LogSoftmax";
  };
  while (last > 0 && is_softmax(last)) --last;
  return last;
}

std::vector<Index> answers(const Tensor& output) {
  const Index columns = output.shape()[1];
  std::vector<Index> best;
  for (const real* row = output.data(); row != output.storage().end(); row += columns) {
    best.push_back(std::max_element(row, row + columns) - row);
  }
  return best;
}

Model load_description(const std::string& path, std::uint64_t seed, Deferred) {
  InputFile file(path);
  refuse_other_kinds(file.first(telling_bytes), path, ModelFile::description);
  file.expect_at_most(largest_description);
  return parse_description(file.all(), path, seed, Deferred());
}

Model load_description(const std::string& path, std::uint64_t seed) {
  Model model = load_description(path, seed, Deferred());
  draw_parameters(model, seed);
  return model;
}

Model load_model(const std::string& path, std::uint64_t seed, const LoadOptions& options) {
  Model model = load_description(path, seed, Deferred());
  if (model.weights.empty()) {
    draw_parameters(model, seed);
  } else {
    load_weights(model, beside(path, model.weights), options);
  }
  return model;
}

void save_model(const Model& model, const std::string& path) {
  const std::string description = to_description(model, path);
  if (!model.weights.empty()) save_weights(model, beside(path, model.weights));
  write_file(path, description);
}

}  // namespace glass::inline GLASS_PRECISION::nn
