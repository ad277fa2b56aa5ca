#pragma once

#include <string>
#include <vector>

#include "viz/pages/tape/drawing.hpp"

namespace glass::viz {

/// One tape, or two side by side with what both do in one row, as an SVG file.
std::string to_svg(const std::string& title, const std::vector<TapeView>& views);

}  // namespace glass::viz
