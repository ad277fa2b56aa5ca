#include "viz/pictures/sheet.hpp"

#include <algorithm>

#include "viz/pictures/text.hpp"

namespace glass::viz {

namespace {

constexpr Index usual_width = 112, margin = 12, line_height = 20;
/// The widest lines of text: under the only tile of a row or above a picture, and under one of several.
constexpr Index widest_line = 960, widest_of_several = 480;

void draw_enlarged(Image& sheet, Index left, Index top, const Image& image, Index factor) {
  for (Index y = 0; y < image.height * factor; ++y)
    for (Index x = 0; x < image.width * factor; ++x)
      for (Index c = 0; c < sheet.channels; ++c)
        sheet.at(left + x, top + y, c) =
            image.at(x / factor, y / factor, std::min(c, image.channels - 1));
}

std::vector<std::string> all_wrapped(const std::vector<std::string>& lines, Index width) {
  std::vector<std::string> all;
  for (const std::string& line : lines)
    for (const std::string& piece : wrapped(line, width)) all.push_back(piece);
  return all;
}

}  // namespace

Image make_sheet(const std::vector<Tile>& tiles, Index columns, Index least_width) {
  const auto count = static_cast<Index>(tiles.size());
  columns = std::clamp<Index>(columns, 1, std::max<Index>(count, 1));
  std::vector<std::vector<std::string>> captions;
  Index width = std::max(usual_width, least_width / columns), lines = 0, channels = 1;
  for (const Tile& tile : tiles) {
    width = std::max(width, tile.image.width);
    channels = std::max(channels, tile.image.channels);
    captions.push_back(all_wrapped(tile.caption, columns == 1 ? widest_line : widest_of_several));
    lines = std::max(lines, static_cast<Index>(captions.back().size()));
    for (const std::string& line : captions.back()) width = std::max(width, text_width(line));
  }
  const auto factor_of = [&](const Image& image) { return width / image.width; };
  Index height = 0;
  for (const Tile& tile : tiles) {
    height = std::max(height, tile.image.height * factor_of(tile.image));
  }
  const Index rows = (count + columns - 1) / columns;
  const Index cell_width = width + margin, cell_height = height + lines * line_height + margin;

  Image sheet(columns * cell_width + margin, rows * cell_height + margin, channels, paper);
  for (Index i = 0; i < count; ++i) {
    const Image& image = tiles[static_cast<std::size_t>(i)].image;
    const Index left = margin + i % columns * cell_width, top = margin + i / columns * cell_height;
    const Index factor = factor_of(image);
    draw_enlarged(sheet, left + (width - image.width * factor) / 2, top, image, factor);
    Index y = top + height + 6;
    for (const std::string& line : captions[static_cast<std::size_t>(i)]) {
      draw_text(sheet, left + (width - text_width(line)) / 2, y, line, ink);
      y += line_height;
    }
  }
  return sheet;
}

Image titled(const std::string& title, const Image& image) {
  std::vector<Image> parts;
  for (const std::string& words : wrapped(title, std::max(image.width - 2 * margin, widest_line))) {
    const Index height = parts.empty() ? line_height + margin : line_height;
    Image line(std::max(image.width, text_width(words) + 2 * margin), height, image.channels,
               paper);
    draw_text(line, margin, height - line_height, words, ink);
    parts.push_back(line);
  }
  parts.push_back(image);
  return stack(parts);
}

Image stack(const std::vector<Image>& images) {
  Index width = 0, height = 0, channels = 1;
  for (const Image& image : images) {
    width = std::max(width, image.width);
    height += image.height;
    channels = std::max(channels, image.channels);
  }
  Image all(width, height, channels, paper);
  Index top = 0;
  for (const Image& image : images) {
    draw_enlarged(all, 0, top, image, 1);
    top += image.height;
  }
  return all;
}

}  // namespace glass::viz
