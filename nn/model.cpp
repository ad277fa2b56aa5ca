#include "nn/model.hpp"

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

void Model::check_batch(Index images) const {
  Shape shape{images, input_shape[0], input_shape[1], input_shape[2]};
  for (Index i = 0; i < layers.size(); ++i) {
    const Shape out = layers.layer(i).output_shape(shape);
    const bool normalises = layers.layer(i).type() == std::string("BatchNorm2d");
    if (normalises && shape[0] * shape[2] * shape[3] == 1) {
      throw Error(text(name, ": ", layers.alias(i),
                       " cannot be trained on one image at a time: of ",
                       "each channel it would see a single value, in an input of ", shape));
    }
    shape = out;
  }
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
