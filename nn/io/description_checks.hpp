#pragma once

#include "nn/model.hpp"

/// What the layers of a description must be to each other, once all of them are read.
namespace glass::nn {

/// Throws FileError, one line that begins with `path`, if nobody reads a layer, if layers do not fit
/// each other or the memory, or the class names the last one.
void check_network(const Model& model, const std::string& path);

/// What an error says of names in a description, which may hold anything.
std::string shown(const Error& error);

}  // namespace glass::nn
