#pragma once

#include <string_view>

#include "nn/model.hpp"

/// Model descriptions in JSON: docs/model-format.md.
namespace glass::nn {

/// Descriptions are written by people: larger ones were made to fill the memory.
inline constexpr std::uint64_t largest_description = std::uint64_t{1} << 20;  ///< bytes
inline constexpr std::size_t most_layers = 1000;                              ///< of one model
inline constexpr std::size_t most_inputs = 100;                               ///< of one layer
inline constexpr std::size_t most_inputs_in_all = 10'000;                     ///< of all layers

/// What descriptions are written in. A change that older programs would misread raises it.
inline constexpr std::uint64_t description_format = 1;

/// Whether the parameters of a described model get values. With none they take no memory, see Layer,
/// until `draw_parameters` or `load_weights` gives them some.
enum class InitialValues { drawn, none };

/// The model that `json` describes: the shapes of all layers are followed, and the sizes of all
/// tensors checked, before anything is drawn. `seed` is also for layers that draw later (Dropout).
/// Throws FileError, one line that begins with `path` and names the layer.
Model parse_description(std::string_view json, const std::string& path, std::uint64_t seed,
                        InitialValues values = InitialValues::drawn);

/// Throws FileError, beginning with `path`, if a layer's type is not one of layer_types().
std::string to_description(const Model& model, const std::string& path);

}  // namespace glass::nn
