#pragma once

#include <optional>
#include <string>
#include <vector>

#include "autograd/precision.hpp"

namespace glass::viz {

/// The beginning of a term of an objective, "- 0.5*logit:".
struct Head {
  std::size_t end;   ///< of it, in the expression
  double weight;     ///< with its sign
  std::size_t kind;  ///< place among the names of kinds
};

/// Reads a head at `begin`: anywhere but at the beginning, it needs a sign. Whatever lies between two
/// heads is the target of the first, so that names of classes may contain signs and spaces. Throws
/// Error for a weight that single precision does not hold.
std::optional<Head> read_head(const std::string& expression, std::size_t begin,
                              const std::vector<std::string>& kinds);

}  // namespace glass::viz
