#pragma once

#include <functional>
#include <memory>

#include "nn/activations.hpp"
#include "nn/batch_norm.hpp"
#include "nn/conv2d.hpp"
#include "nn/linear.hpp"
#include "nn/merging.hpp"
#include "nn/normalisation.hpp"
#include "nn/pooling.hpp"
#include "nn/prelu.hpp"
#include "nn/zero_pad2d.hpp"

namespace glass::nn {

/// Fills in the members that a description gives; throws on those that it lacks or misspells.
using ReadFields = std::function<void(const std::vector<Field>&)>;

/// A type of layer that model descriptions may name. `make` leaves the parameters, if there are any,
/// to `reset_parameters`.
struct LayerType {
  const char* name;  ///< as `Module::type()`
  /// Throws what `read` throws, and ShapeError on impossible arguments.
  std::unique_ptr<Layer> (*make)(const ReadFields& read, Rng& rng);
};

/// All of them: a new layer type is its class, its struct of arguments, and one line here.
const std::vector<LayerType>& layer_types();

}  // namespace glass::nn
