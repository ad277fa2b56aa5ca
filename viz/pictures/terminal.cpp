#include "viz/pictures/terminal.hpp"

#include <algorithm>
#include <array>

#include "viz/pictures/text.hpp"

namespace glass::viz {

namespace {

Colour colour_at(const Image& image, Index x, Index y) {
  if (image.channels == 1) return image.at(x, y);
  return {image.at(x, y, 0), image.at(x, y, 1), image.at(x, y, 2)};
}

/// Of 0 to 255, as a television weighs colours (ITU-R BT.601).
int brightness(const Colour& colour) {
  return (299 * colour.rgb[0] + 587 * colour.rgb[1] + 114 * colour.rgb[2]) / 1000;
}

/// The nearest of the 6x6x6 colours from 16 on and the 24 greys from 232 on.
int xterm_colour(const Colour& colour) {
  constexpr std::array<int, 6> levels{0, 95, 135, 175, 215, 255};
  const int grey = std::clamp((brightness(colour) - 3) / 10, 0, 23);
  int cube = 0, cube_error = 0, grey_error = 0;
  for (const int value : colour.rgb) {
    const int level = value < 48 ? 0 : value < 115 ? 1 : (value - 35) / 40;
    const int off_level = value - levels[static_cast<std::size_t>(level)],
              off_grey = value - (8 + 10 * grey);
    cube = 6 * cube + level;
    cube_error += off_level * off_level;
    grey_error += off_grey * off_grey;
  }
  return grey_error < cube_error ? 232 + grey : 16 + cube;
}

/// What an escape sequence says to set a colour; `layer` is 38 for the character and 48 for what is
/// behind it.
std::string colour_code(int layer, const Colour& colour, Palette palette) {
  if (palette == Palette::xterm_256) return text(layer, ";5;", xterm_colour(colour));
  const auto& [red, green, blue] = colour.rgb;
  return text(layer, ";2;", int{red}, ';', int{green}, ';', int{blue});
}

}  // namespace

std::optional<Palette> palette_of(const std::map<std::string, std::string>& environment) {
  const auto variable = [&](const std::string& name) {
    const auto place = environment.find(name);
    return place == environment.end() ? "" : place->second;
  };
  const std::string term = variable("TERM"), depth = variable("COLORTERM");
  if (term.empty() || term == "dumb") return std::nullopt;
  if (!variable("NO_COLOR").empty()) return Palette::ascii;
  if (depth == "truecolor" || depth == "24bit") return Palette::true_colour;
  return term.find("256color") == term.npos ? Palette::ascii : Palette::xterm_256;
}

std::vector<std::string> terminal_lines(const Image& image, Palette palette) {
  std::vector<std::string> lines;
  for (Index y = 0; y < image.height; y += 2) {
    const bool odd = y + 1 == image.height;
    std::string line, colours;
    for (Index x = 0; x < image.width; ++x) {
      const Colour upper = colour_at(image, x, y), lower = odd ? 0 : colour_at(image, x, y + 1);
      if (palette == Palette::ascii) {
        line += " .:-=+*#%@"[(brightness(upper) + brightness(lower)) * 5 / 256];
        continue;
      }
      const std::string next = text("\x1b[", colour_code(38, upper, palette), ';',
                                    odd ? "49" : colour_code(48, lower, palette), 'm');
      line += (next == colours ? "" : next) + "▀";
      colours = next;
    }
    lines.push_back(colours.empty() ? line : line + "\x1b[0m");
  }
  return lines;
}

}  // namespace glass::viz
