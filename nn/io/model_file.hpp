#pragma once

#include "nn/io/description.hpp"
#include "nn/io/weights.hpp"

namespace glass::nn {

/// Reads a description (JSON, see docs/model-format.md) and, if it names one, its weight file.
/// Without weights the layers are initialised from `seed`. Throws FileError, one line that names
/// the file, the layer, what was expected and what was found, also if a layer does not fit pictures of
/// `options.size`; IoError if a file cannot be read.
Model load_model(const std::string& path, std::uint64_t seed = 0, const LoadOptions& options = {});
/// The same without reading weights, for training from scratch. Without initial values either it takes
/// no memory, however large it is, and `draw_parameters` with the same seed makes up for it.
Model load_description(const std::string& path, std::uint64_t seed = 0,
                       InitialValues values = InitialValues::drawn);
/// The path of a file that a description names: `model.weights` or `model.judge`.
std::string beside(const std::string& description, const std::string& file);
/// Writes the weights, if `model.weights` names a file beside `path`, and then the description.
/// Throws FileError if a layer is of a type that descriptions do not know.
void save_model(const Model& model, const std::string& path);

}  // namespace glass::nn
