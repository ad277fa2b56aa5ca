#pragma once

#include <string>
#include <vector>

#include "viz/pictures/text.hpp"

namespace glass::viz {

/// One value per step, from step 0 on; where a value is not finite, the line has a gap.
struct Curve {
  std::string label;           ///< above the panel
  std::vector<double> values;  ///< of steps 0, 1, ...
  Colour colour{0, 114, 178};  ///< blue
  /// A bar reaches as far above and below each value, within its panel; without any there are none.
  std::vector<double> margins = {};
  /// The panel shows these too: a number at the left and a dotted line each, instead of the numbers of the
  /// lowest and the highest value.
  std::vector<double> ticks = {};
};

/// An RGB chart of width x height pixels: a panel per curve, one below the other, each from its
/// lowest to its highest value or tick, above one axis of steps. Throws ShapeError without a curve or if
/// the panels would be too small to read.
Image draw_chart(const std::vector<Curve>& curves, Index width, Index height,
                 const std::string& x_label);

}  // namespace glass::viz
