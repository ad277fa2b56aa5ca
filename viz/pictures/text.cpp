#include "viz/pictures/text.hpp"

#include <stb_easy_font.h>

#include <algorithm>

namespace glass::viz {

namespace {

/// What stb_easy_font_print writes per corner; four corners, clockwise from the top left, a quad.
struct Corner {
  float x, y, z;
  unsigned char colour[4];
};

/// The library looks any byte up in a table that has only these.
std::string printable_ascii(std::string line) {
  std::ranges::replace_if(
      line, [](char c) { return c < ' ' || c > '~'; }, '?');
  return line;
}

}  // namespace

void draw_text(Image& image, Index x, Index y, const std::string& line, int scale, Colour colour) {
  std::vector<Corner> corners(line.size() * 270 / sizeof(Corner) * 2 + 64);
  std::string copy = printable_ascii(line);  // the library takes a mutable string
  const int quads = stb_easy_font_print(0, 0, copy.data(), nullptr, corners.data(),
                                        static_cast<int>(corners.size() * sizeof(Corner)));
  for (int q = 0; q < quads; ++q) {
    const Corner &from = corners[static_cast<std::size_t>(4 * q)],
                 &to = corners[static_cast<std::size_t>(4 * q + 2)];
    const auto scaled = [scale](float v) {
      return static_cast<Index>(v * static_cast<float>(scale));
    };
    const Index left = std::max<Index>(x + scaled(from.x), 0),
                right = std::min(x + scaled(to.x), image.width),
                bottom = std::min(y + scaled(to.y), image.height);
    for (Index py = std::max<Index>(y + scaled(from.y), 0); py < bottom; ++py)
      for (Index px = left; px < right; ++px)
        for (Index c = 0; c < image.channels; ++c)
          image.at(px, py, c) = colour.rgb[static_cast<std::size_t>(c)];
  }
}

Index text_width(const std::string& line, int scale) {
  std::string copy = printable_ascii(line);
  return static_cast<Index>(stb_easy_font_width(copy.data())) * scale;
}

std::vector<std::string> wrapped(const std::string& line, Index width, int scale,
                                 std::size_t most) {
  if (text_width(line, scale) <= width) return {line};
  std::vector<std::string> pieces;
  for (std::size_t begin = 0; begin < line.size();) {
    if (pieces.size() == most) {
      std::string& last = pieces.back();
      last.replace(std::max<std::size_t>(last.size(), 3) - 3, 3, "...");
      break;
    }
    std::size_t end = begin;
    for (Index used = 0; end < line.size(); ++end) {
      used += text_width(line.substr(end, 1), scale);
      if (used > width && end > begin) break;
    }
    const std::size_t space = line.rfind(' ', end);
    if (end < line.size() && space != line.npos && space > begin) end = space;
    pieces.push_back(line.substr(begin, end - begin));
    begin = std::min(line.find_first_not_of(' ', end), line.size());
  }
  return pieces;
}

}  // namespace glass::viz
