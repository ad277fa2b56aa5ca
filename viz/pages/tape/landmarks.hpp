#pragma once

#include <string>
#include <vector>

#include "autograd/trace.hpp"

namespace glass::viz {

/// Where one looks at the gradient on its way: the trained leaves and, of each layer, the operation
/// that made its output; in the order of the tape, whose entries these are.
std::vector<const Trace::Entry*> landmarks(const Trace& trace);

/// "conv1", or of a leaf "image".
std::string place_of(const Trace::Entry& landmark);

}  // namespace glass::viz
