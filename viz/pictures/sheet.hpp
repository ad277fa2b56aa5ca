#pragma once

#include <string>
#include <vector>

#include "viz/pictures/image.hpp"

namespace glass::viz {

/// A picture and the lines of text under it; long ones are broken.
struct Tile {
  Image image;                       ///< of any size
  std::vector<std::string> caption;  ///< lines
};

/// The image with a line of text above it, or several if it is long.
Image titled(const std::string& title, const Image& image);

/// Tiles in a grid, `columns` to a row. All are as wide as the widest image or line of text, at least 112
/// pixels, or more where they would not fill `least_width` pixels; each image is enlarged to that by a whole
/// factor, so that every pixel of the network's stays a visible square. Grey if all tiles are.
Image make_sheet(const std::vector<Tile>& tiles, Index columns, Index least_width = 0);

/// The images below each other, their left edges in line, on paper. Grey if all images are.
Image stack(const std::vector<Image>& images);

}  // namespace glass::viz
