#pragma once

#include <string>
#include <vector>

#include "viz/pages/tape/drawing.hpp"

namespace glass::viz {

/// The drawing of the tapes as a web page to step through, forward and backward, node by node: with
/// each node its formula, shapes, value and gradient as pictures, and the line of code that ran it.
/// One file, which loads nothing.
std::string to_html(const std::string& title, const std::vector<TapeView>& views);

}  // namespace glass::viz
