#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "viz/pictures/image.hpp"

/// Pictures as text. A terminal's characters are about twice as high as wide, and so each stands for
/// two pixels, one above the other.
namespace glass::viz {

/// What a terminal can show.
enum class Palette {
  ascii,        ///< greys: the mean of the two pixels as one of " .:-=+*#%@", for light on dark
  xterm_256,    ///< a half block in the nearest of xterm's 240 fixed colours
  true_colour,  ///< a half block in the pixels' own colours
};

/// What a terminal with these variables shows: NO_COLOR (no-color.org), COLORTERM and TERM. Nothing
/// if its cursor cannot be moved: TERM is dumb or missing.
std::optional<Palette> palette_of(const std::map<std::string, std::string>& environment);

/// One line for each two rows of pixels, of `width` characters, without the end of line; colours end
/// with the line. Below an odd last row the terminal's background shows.
std::vector<std::string> terminal_lines(const Image& image, Palette palette);

}  // namespace glass::viz
