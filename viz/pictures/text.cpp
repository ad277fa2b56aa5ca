#include "viz/pictures/text.hpp"

#include <algorithm>
#include <span>

namespace glass::viz {

extern const std::span<const unsigned char> glyphs_pgm;

namespace {

/// Of glyphs.pgm, which glyphs.py describes and drew.
struct Range {
  char32_t first, last;
};
constexpr std::array<Range, 3> ranges{{{0x20, 0x7e}, {0xa0, 0xff}, {0x391, 0x3c9}}};
constexpr Index cell_width = 20, cell_height = 24, columns = 16, bearing = 1, baseline = 18;

/// The characters of a line in UTF-8, and where each begins; 0 for those of which none is drawn: those not
/// of one or two bytes, and bytes that begin none.
std::vector<std::pair<char32_t, std::size_t>> characters(const std::string& line) {
  const auto byte = [&](std::size_t i) {
    return i < line.size() ? static_cast<unsigned char>(line[i]) : 0u;
  };
  std::vector<std::pair<char32_t, std::size_t>> all;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const std::size_t begin = i;
    while (byte(i + 1) >> 6 == 2) ++i;
    const unsigned lead = byte(begin);
    char32_t character = i == begin && lead < 0x80 ? lead : 0;
    if (i == begin + 1 && lead >> 5 == 6) character = (lead & 0x1fu) << 6 | (byte(i) & 0x3fu);
    all.emplace_back(character, begin);
  }
  return all;
}

/// A character's place in glyphs.pgm: its cell's left column and first row.
std::pair<Index, Index> cell_of(char32_t character) {
  Index place = 0;
  for (const auto [first, last] : ranges) {
    if (character >= first && character <= last) {
      place += character - first;
      return {place % columns * cell_width, place / columns * cell_height};
    }
    place += last - first + 1;
  }
  return cell_of(U'?');
}

/// How much of a pixel of glyphs.pgm is covered, from 0 to 255. Its pixels end the file.
int covered(Index x, Index y) {
  constexpr Index width = columns * cell_width, height = columns * cell_height;
  const auto from_end = static_cast<std::size_t>((height - y) * width - x);
  return glyphs_pgm[glyphs_pgm.size() - from_end];
}

Index width_of(char32_t character) {
  const auto [left, top] = cell_of(character);
  Index width = 0;
  while (width < cell_width && covered(left + width, top) != 0) ++width;
  return width;
}

}  // namespace

void draw_text(Image& image, Index x, Index y, const std::string& line, Colour colour) {
  for (const auto& [character, begin] : characters(line)) {
    const auto [left, top] = cell_of(character);
    for (Index row = 1; row < cell_height; ++row)
      for (Index column = 0; column < cell_width; ++column) {
        const Index px = x + column - bearing, py = y + row - (baseline - capital_height);
        if (px < 0 || py < 0 || px >= image.width || py >= image.height) continue;
        const int share = covered(left + column, top + row);
        for (Index c = 0; c < image.channels; ++c) {
          std::uint8_t& pixel = image.at(px, py, c);
          const int full = colour.rgb[static_cast<std::size_t>(c)];
          pixel = static_cast<std::uint8_t>((pixel * (255 - share) + full * share + 127) / 255);
        }
      }
    x += width_of(character);
  }
}

Index text_width(const std::string& line) {
  Index width = 0;
  for (const auto& [character, begin] : characters(line)) width += width_of(character);
  return width;
}

std::vector<std::string> wrapped(const std::string& line, Index width, std::size_t most) {
  if (text_width(line) <= width) return {line};
  const std::string dots = "...";
  std::vector<std::string> pieces;
  for (std::size_t begin = 0; begin < line.size();) {
    if (pieces.size() == most) {
      std::string& last = pieces.back();
      while (!last.empty() && text_width(last + dots) > width)
        last.resize(characters(last).back().second);
      last += dots;
      break;
    }
    const std::string rest = line.substr(begin);
    std::size_t end = line.size();
    Index used = 0;
    for (const auto& [character, at] : characters(rest)) {
      used += width_of(character);
      if (used > width && at > 0) {
        end = begin + at;
        break;
      }
    }
    const std::size_t space = line.rfind(' ', end);
    if (end < line.size() && space != line.npos && space > begin) end = space;
    pieces.push_back(line.substr(begin, end - begin));
    begin = std::min(line.find_first_not_of(' ', end), line.size());
  }
  return pieces;
}

}  // namespace glass::viz
