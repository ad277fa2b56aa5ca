#include "nn/io/model_file.hpp"

#include <filesystem>

#include "nn/io/description_checks.hpp"
#include "nn/io/file_kind.hpp"
#include "nn/io/files.hpp"

namespace glass::nn {

std::string beside(const std::string& description, const std::string& file) {
  return (std::filesystem::path(description).parent_path() / file).string();
}

Model load_description(const std::string& path, std::uint64_t seed, InitialValues values) {
  InputFile file(path);
  refuse_other_kinds(file.first(telling_bytes), path, ModelFile::description);
  file.expect_at_most(largest_description);
  return parse_description(file.all(), path, seed, values);
}

Model load_model(const std::string& path, std::uint64_t seed, const LoadOptions& options) {
  Model model = load_description(path, seed, InitialValues::none);
  if (options.size != Size2(0)) take_size(model, options.size, path);
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

}  // namespace glass::nn
