#include "viz/pictures/png_header.hpp"

#include <array>
#include <bit>

#include "nn/printable.hpp"
#include "viz/pictures/limits.hpp"

namespace glass::viz::png {

namespace {

/// Each allowed depth of a colour type is a bit, and its own value: 1, 2, 4, 8, 16.
constexpr std::array<int, 7> allowed_depths = {31, 0, 24, 15, 24, 0, 24};

Header parse_header(std::string_view data, const std::string& path) {
  expect(data.size() == 13, path, "PNG chunk 'IHDR': expected 13 bytes of data, found ",
         data.size());
  const auto byte = [&](std::size_t i) {
    return static_cast<int>(static_cast<std::uint8_t>(data[i]));
  };
  const Header header{.width = read_number(data),
                      .height = read_number(data, 4),
                      .depth = byte(8),
                      .colour = byte(9),
                      .interlaced = byte(12) == 1};
  expect_readable_size(header.width, header.height, path);
  const bool known =
      header.colour <= rgb_alpha && std::has_single_bit(static_cast<unsigned>(header.depth));
  expect(known && (allowed_depths[static_cast<std::size_t>(header.colour)] & header.depth) != 0,
         path, "expected a colour type and a bit depth of the PNG standard, found type ",
         header.colour, " and depth ", header.depth);
  expect(byte(10) == 0 && byte(11) == 0 && byte(12) <= 1, path,
         "expected compression 0, filter 0 and interlace 0 or 1, found ", byte(10), ", ", byte(11),
         " and ", byte(12));
  return header;
}

bool transparency_fits(const Preface& preface) {
  const std::size_t size = preface.transparency.size();
  switch (preface.header.colour) {
    case grey:
      return size == 2;
    case rgb:
      return size == 6;
    case indexed:
      return size <= preface.palette.size() / 3;
    default:
      return false;
  }
}

}  // namespace

int Header::samples_per_pixel() const {
  return std::array{1, 0, 3, 1, 2, 0, 4}[static_cast<std::size_t>(colour)];
}

Preface read_preface(ChunkReader chunks, const std::string& path) {
  std::optional<Chunk> chunk = chunks.next();
  expect(chunk->type == "IHDR", path, "expected the PNG chunk 'IHDR' first, found '",
         nn::printable(chunk->type), "'");
  Preface preface{.header = parse_header(chunk->data, path), .palette = {}, .transparency = {}};
  bool has_pixels = false;
  std::string_view before;
  while ((chunk = chunks.next())) {
    const auto& [type, data] = *chunk;
    const auto fits = [&](bool ok) {
      expect(ok, path, "PNG chunk '", nn::printable(chunk->type), "' of ", chunk->data.size(),
             " bytes: not allowed at this place in such an image");
    };
    if (type == "PLTE") {
      fits(!has_pixels && preface.palette.empty() && data.size() % 3 == 0 && !data.empty() &&
           data.size() <= 3 * 256);
      preface.palette = data;
    } else if (type == "tRNS") {
      fits(!has_pixels && preface.transparency.empty());
      preface.transparency = data;
      fits(transparency_fits(preface));
    } else if (type == "IDAT") {
      fits(!has_pixels || before == "IDAT");
      has_pixels = true;
    } else if (type != "IEND") {
      const bool ancillary = (type[0] & 0x20) != 0;
      expect(ancillary, path, "PNG chunk '", nn::printable(type),
             "': expected only critical chunks of the standard, each once");
    }
    before = type;
  }
  expect(has_pixels, path, "expected pixels (PNG chunk 'IDAT'), found none");
  expect(preface.header.colour != indexed || !preface.palette.empty(), path,
         "expected a palette (PNG chunk 'PLTE') before the pixels, found none");
  return preface;
}

}  // namespace glass::viz::png
