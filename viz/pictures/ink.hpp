#pragma once

#include <optional>

#include "viz/pictures/plane.hpp"

namespace glass::viz {

/// What somebody wrote, found on whatever it was written on.
struct Ink {
  /// How much each pixel is ink: 0 as the paper, 1 black; 0 where other things were.
  Plane contrast;
  float threshold;  ///< from here on it is ink
  Box box;          ///< around all of it
};

/// The ink of a picture, of the part around it if that is much smaller. Nothing if there is none.
std::optional<Ink> find_ink(const Image& picture);

/// Negative if the rarer pixels, which are ink, are darker than their surroundings, positive if they
/// are lighter; 0 if there is neither.
double skewness(const Image& picture);

}  // namespace glass::viz
