#pragma once

#include <string>
#include <vector>

#include "autograd/tape.hpp"

namespace glass::inline GLASS_PRECISION::viz {

/// Where one looks at the gradient on its way: the trained leaves and, of each layer, the operation
/// that made its output; in the order of the tape, whose entries these are.
std::vector<const Tape::Entry*> landmarks(const Tape& tape);

/// "conv1", or of a leaf "image".
std::string place_of(const Tape::Entry& landmark);

}  // namespace glass::inline GLASS_PRECISION::viz
