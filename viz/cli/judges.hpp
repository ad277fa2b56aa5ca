#pragma once

#include <string>

#include "nn/io/model_file.hpp"

namespace glass::viz::cli {

/// The path of the judge that a model's description, which is at `path`, names. Throws UsageError if it
/// names none, IoError if it names a file that is not there.
std::string judge_of(const std::string& path, const nn::Model& model);

/// Loads a judge. Throws FileError unless it takes the same images and tells as many classes apart,
/// of the same names where both have names.
nn::Model load_judge(const std::string& path, const nn::Model& model,
                     const nn::LoadOptions& options);

}  // namespace glass::viz::cli
