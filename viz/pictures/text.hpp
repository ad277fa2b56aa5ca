#pragma once

#include <array>
#include <string>
#include <vector>

#include "viz/pictures/image.hpp"

namespace glass::viz {

/// A single number is a grey.
struct Colour {
  std::array<std::uint8_t, 3> rgb;  ///< 0 to 255

  constexpr Colour(std::uint8_t grey) : rgb{grey, grey, grey} {}  ///< from 0, black, to 255, white
  /// Each from 0 to 255.
  constexpr Colour(std::uint8_t red, std::uint8_t green, std::uint8_t blue)
      : rgb{red, green, blue} {}
};

/// What sheets and charts are drawn on, and what their text is written in.
inline constexpr std::uint8_t paper = 250;
inline constexpr std::uint8_t ink = 30;  ///< of the text

/// Writes one line of UTF-8 with its top left corner at (x, y); capitals are `capital_height` pixels high.
/// It knows the letters of Western Europe and of Greece; anything else becomes '?'. What passes an edge is
/// cut off. A grey image takes the colour's first number.
void draw_text(Image& image, Index x, Index y, const std::string& line, Colour colour);
inline constexpr Index capital_height = 12;  ///< in pixels
/// How wide that line is, in pixels.
Index text_width(const std::string& line);
/// The line itself if it is no wider than `width`; or else pieces that are not, broken at spaces where
/// there are any. Of more than `most` pieces the rest becomes "...".
std::vector<std::string> wrapped(const std::string& line, Index width, std::size_t most = 8);

}  // namespace glass::viz
