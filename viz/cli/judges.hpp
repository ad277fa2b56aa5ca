#pragma once

#include <string>

#include "nn/io/model_file.hpp"

namespace glass::viz::cli {

/// The description of the network that judges a model's pictures: of the same data, but with
/// another architecture and other first weights, and never used to make one. Of a-b.json it is
/// a-judge.json beside it. Throws UsageError if there is none.
std::string default_judge(const std::string& model_path);

/// Loads a judge. Throws FileError unless it takes the same images and tells as many classes apart,
/// of the same names where both have names.
nn::Model load_judge(const std::string& path, const nn::Model& model,
                     const nn::LoadOptions& options);

}  // namespace glass::viz::cli
