#pragma once

#include "nn/model.hpp"

/// Model descriptions in JSON: docs/model-format.md.
namespace glass::inline GLASS_PRECISION::nn {

/// The model that `json` describes; its layers are initialised from `seed`, each from a stream of
/// random numbers of its own, so that changing one layer leaves the others as they were. Throws
/// FileError, one line that begins with `path`.
Model parse_description(const std::string& json, const std::string& path, std::uint64_t seed);

/// Throws FileError, beginning with `path`, if a layer's type is not one of layer_types().
std::string to_description(const Model& model, const std::string& path);

}  // namespace glass::inline GLASS_PRECISION::nn
