#pragma once

#include "nn/model.hpp"

/// What the layers of a description must be to each other, once all of them are read.
namespace glass::nn {

/// Throws FileError, one line that begins with `path`, if nobody reads a layer, if layers do not fit
/// each other or the memory, or the class names the last one.
void check_network(const Model& model, const std::string& path);

/// From now on the model takes pictures of this size, which is another than the description's. Throws
/// FileError, one line that begins with `path`, naming the layer that does not fit them; or if there
/// would be another number of outputs.
void take_size(Model& model, Size2 size, const std::string& path);

/// What an error says of names in a description, which may hold anything.
std::string shown(const Error& error);

}  // namespace glass::nn
