#pragma once

#include <string>
#include <vector>

#include "viz/pages/tape/drawing.hpp"

namespace glass::viz {

/// The tapes as a graph in the language of Graphviz, one cluster each: `dot -Tsvg`.
std::string to_dot(const std::string& title, const std::vector<TapeView>& views);

}  // namespace glass::viz
