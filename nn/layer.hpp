#pragma once

#include "autograd/ops.hpp"
#include "nn/arguments.hpp"
#include "nn/footprint.hpp"
#include "nn/sequential.hpp"

namespace glass::nn {

/// The most values that a tensor of a described network may have, and all of its parameters
/// together: what a weight file of 1 GiB holds.
inline constexpr Index most_values = Index{1} << 28;

/// Throws ShapeError, saying that this is `what`, if a tensor of this shape has more values.
void check_size(const std::string& what, const Shape& shape);

/// A module that model descriptions know by its type and arguments. Its constructor checks them; and
/// its parameters are a value that takes no memory until `reset_parameters` or a weight file gives
/// them others, so that an impossible network is refused before it costs any.
class Layer : public Module {
 public:
  /// What it was constructed with, less what has its default.
  virtual std::vector<Argument> arguments() const { return {}; }
  /// What one element of the output sees of an input of this shape.
  virtual Footprint footprint(const Shape& /*input*/) const { return {}; }
};

/// The module as a layer; null if it is none.
inline const Layer* as_layer(const Module& module) { return dynamic_cast<const Layer*>(&module); }

/// "Conv2d(1, 16, 3, padding=1)"; of other modules the type alone, as in "Residual()".
std::string call_text(const Module& module);
/// True of what says in evaluation exactly what its input says, if in another shape: Flatten, Dropout.
bool says_nothing_new(const Module& module);
/// What one element of the output sees: of a layer its footprint; of a Sequential that of its last
/// layer in the input; of other modules the same place alone.
Footprint footprint(const Module& module, const Shape& input);
/// What one element of each layer's output sees of the network's input. What reads several layers sees
/// the largest of their windows.
std::vector<Footprint> footprints(const Sequential& net, const Shape& input);

}  // namespace glass::nn
