#include "viz/sheet.hpp"

#include <algorithm>

#include "viz/text.hpp"

namespace glass::inline GLASS_PRECISION::viz {

namespace {

constexpr Index tile_width = 112, margin = 12, line_height = 20;
constexpr int text_scale = 2;

void draw_enlarged(Image& sheet, Index left, Index top, const Image& image, Index factor) {
  for (Index y = 0; y < image.height * factor; ++y)
    for (Index x = 0; x < image.width * factor; ++x)
      for (Index c = 0; c < sheet.channels; ++c)
        sheet.at(left + x, top + y, c) =
            image.at(x / factor, y / factor, std::min(c, image.channels - 1));
}

}  // namespace

Image make_sheet(const std::vector<Tile>& tiles, Index columns) {
  Index width = tile_width, height = 0, lines = 0, channels = 1, factor = 1;
  for (const Tile& tile : tiles) {
    factor = std::max<Index>(1, tile_width / tile.image.width);
    width = std::max(width, tile.image.width * factor);
    height = std::max(height, tile.image.height * factor);
    lines = std::max(lines, static_cast<Index>(tile.caption.size()));
    channels = std::max(channels, tile.image.channels);
    for (const std::string& line : tile.caption)
      width = std::max(width, text_width(line, text_scale));
  }
  const auto count = static_cast<Index>(tiles.size());
  columns = std::clamp<Index>(columns, 1, std::max<Index>(count, 1));
  const Index rows = (count + columns - 1) / columns;
  const Index cell_width = width + margin, cell_height = height + lines * line_height + margin;

  Image sheet(columns * cell_width + margin, rows * cell_height + margin, channels, paper);
  for (Index i = 0; i < count; ++i) {
    const Tile& tile = tiles[static_cast<std::size_t>(i)];
    const Index left = margin + i % columns * cell_width, top = margin + i / columns * cell_height;
    const Index enlarge = std::max<Index>(1, tile_width / tile.image.width);
    draw_enlarged(sheet, left + (width - tile.image.width * enlarge) / 2, top, tile.image, enlarge);
    Index y = top + height + 6;
    for (const std::string& line : tile.caption) {
      draw_text(sheet, left + (width - text_width(line, text_scale)) / 2, y, line, text_scale, ink);
      y += line_height;
    }
  }
  return sheet;
}

Image titled(const std::string& title, const Image& image) {
  Image line(std::max(image.width, text_width(title, text_scale) + 2 * margin),
             line_height + margin, image.channels, paper);
  draw_text(line, margin, margin, title, text_scale, ink);
  return stack({line, image});
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

}  // namespace glass::inline GLASS_PRECISION::viz
