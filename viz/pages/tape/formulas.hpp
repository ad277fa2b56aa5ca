#pragma once

#include <string>
#include <vector>

#include "autograd/precision.hpp"

namespace glass::viz {

/// An operation as a textbook writes it, in UTF-8: the indented lines of the comment above its node in
/// autograd/ops, which the build hands to this program.
struct Formula {
  std::string op;
  std::string forward;                ///< y = ...
  std::vector<std::string> inputs;    ///< their names in it
  std::vector<std::string> backward;  ///< the gradient to each input, from that to y, dy
};

/// Throws std::logic_error for an operation that has none.
const Formula& formula_of(const std::string& op);

}  // namespace glass::viz
