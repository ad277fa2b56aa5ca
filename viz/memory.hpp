#pragma once

#include "nn/model.hpp"

namespace glass::viz {

/// Bytes that each picture takes while it is made, beside the weights: the outputs of all layers up to
/// `last`, which live until `backward()` has read them, and the gradients of the largest.
double bytes_per_picture(const nn::Model& model, Index last);

/// Bytes of memory that this machine has; or its container, if that may take less.
double machine_memory();

}  // namespace glass::viz
