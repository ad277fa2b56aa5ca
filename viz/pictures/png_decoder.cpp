#include <stb_image.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <bit>
#include <memory>
#include <new>
#include <span>
#include <vector>

#include "nn/printable.hpp"
#include "viz/pictures/png.hpp"
#include "viz/pictures/png_chunks.hpp"

/// stb_image turns the bytes into pixels. By itself it grows its buffers for as long as a zlib
/// stream goes on (917 kB that claim one pixel take 925 MB), and believes every checksum. So it sees
/// only files that were checked to hold exactly what they announce.
///
/// Numbers in comments are sections of the standard, https://www.w3.org/TR/png-3.
namespace glass::viz {

namespace {

using png::Chunk, png::ChunkReader;

/// Colour types (6.1).
enum Colour { grey = 0, rgb = 2, indexed = 3, grey_alpha = 4, rgb_alpha = 6 };
constexpr std::array<int, 7> samples_per_pixel = {1, 0, 3, 1, 2, 0, 4};
/// Each allowed depth is a bit, and its own value: 1, 2, 4, 8, 16.
constexpr std::array<int, 7> allowed_depths = {31, 0, 24, 15, 24, 0, 24};

/// What IHDR says (11.2.1).
struct Header {
  Index width, height;
  int depth, colour;
  bool interlaced;

  std::size_t row_bytes(Index pixels) const {
    const int samples = samples_per_pixel[static_cast<std::size_t>(colour)];
    return static_cast<std::size_t>(pixels * samples * depth + 7) / 8;
  }
};

/// What stands before the pixels.
struct Preface {
  Header header;
  std::string_view palette, transparency;  ///< data of PLTE and tRNS, empty if there is none
};

Header parse_header(std::string_view data, const std::string& path) {
  expect(data.size() == 13, path, "PNG chunk 'IHDR': expected 13 bytes of data, found ",
         data.size());
  const auto byte = [&](std::size_t i) {
    return static_cast<int>(static_cast<std::uint8_t>(data[i]));
  };
  const Header header{.width = png::read_number(data),
                      .height = png::read_number(data, 4),
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

/// Goes over all chunks, so that checksums and order (5.6) are right before anything is decoded.
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

/// The zlib stream that all IDAT chunks make together, unpacked as far as it is asked for.
class PixelStream {
 public:
  PixelStream(ChunkReader chunks, const std::string& path) : chunks_(chunks), path_(path) {
    if (inflateInit(&stream_) != Z_OK) throw std::bad_alloc();
  }
  PixelStream(const PixelStream&) = delete;
  PixelStream& operator=(const PixelStream&) = delete;
  ~PixelStream() { inflateEnd(&stream_); }

  void read(std::span<std::uint8_t> bytes) {
    expect(read_up_to(bytes) == bytes.size(), path_,
           "expected pixels for the whole image, found the end of the pixels after ",
           stream_.total_out, " bytes");
  }

  /// Only at the end of the stream zlib compares its checksum.
  void finish() {
    std::uint8_t more = 0;
    expect(read_up_to({&more, 1}) == 0, path_,
           "expected the end of the pixels, found more than the image has");
    expect(stream_.avail_in == 0 && !feed(), path_,
           "expected the end of the pixels, found bytes after their checksum");
  }

 private:
  /// Fewer than asked for only at the end of the stream.
  std::size_t read_up_to(std::span<std::uint8_t> bytes) {
    stream_.next_out = bytes.data();
    stream_.avail_out = static_cast<uInt>(bytes.size());
    while (stream_.avail_out > 0 && !ended_) {
      expect(stream_.avail_in > 0 || feed(), path_, "the compressed pixels are cut off");
      const int status = inflate(&stream_, Z_NO_FLUSH);
      if (status == Z_MEM_ERROR) throw std::bad_alloc();
      ended_ = status == Z_STREAM_END;
      expect(status == Z_OK || ended_, path_, "the compressed pixels are damaged (",
             stream_.msg ? stream_.msg : "not a zlib stream", ")");
    }
    return bytes.size() - stream_.avail_out;
  }

  /// Hands the next IDAT with data to zlib; false if there is none.
  bool feed() {
    while (const std::optional<Chunk> chunk = chunks_.next()) {
      if (chunk->type != "IDAT" || chunk->data.empty()) continue;
      stream_.next_in = reinterpret_cast<z_const Bytef*>(const_cast<char*>(chunk->data.data()));
      stream_.avail_in = static_cast<uInt>(chunk->data.size());
      return true;
    }
    return false;
  }

  z_stream stream_{};
  ChunkReader chunks_;
  const std::string& path_;
  bool ended_ = false;
};

/// An image comes in one pass or, interlaced, in seven, each a smaller image of the pixels at
/// (x + i dx, y + j dy) (8.2).
struct Pass {
  Index x, y, dx, dy;
};
constexpr Pass one_pass[] = {{0, 0, 1, 1}};
constexpr Pass adam7[] = {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4},
                          {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}};

/// Unpacks all rows and keeps none: there must be exactly those that the header announces, each
/// with a filter of the standard (9.2).
void check_pixels(const ChunkReader& chunks, const Header& header, const std::string& path) {
  PixelStream stream(chunks, path);
  for (const auto& [left, top, dx, dy] :
       header.interlaced ? std::span<const Pass>(adam7) : one_pass) {
    const Index columns = (header.width - left + dx - 1) / dx;
    if (columns == 0) continue;
    std::vector<std::uint8_t> row(1 + header.row_bytes(columns));
    for (Index y = top; y < header.height; y += dy) {
      stream.read(row);
      expect(row[0] <= 4, path, "expected row filters 0 to 4, found ", int{row[0]});
    }
  }
  stream.finish();
}

/// The chunks that stb_image needs. It reads colours beyond a palette's end from memory that nobody
/// has written to: the palette is filled up, with black.
std::string with_whole_palette(ChunkReader chunks) {
  std::string out(png::signature);
  while (const std::optional<Chunk> chunk = chunks.next()) {
    std::string data(chunk->data);
    if (chunk->type == "PLTE") data.resize(3 * 256);
    out += png::make_chunk(chunk->type, data);
  }
  return out;
}

/// Lays a pixel of red, green, blue and opacity on white paper, and rounds only at the end.
void paint(const std::uint16_t* rgba, std::uint8_t* target, Index channels) {
  constexpr std::uint64_t full = 65535;
  const std::uint64_t alpha = rgba[3], paper = full * (full - alpha);
  const auto to_byte = [](std::uint64_t value, std::uint64_t whole) {
    return static_cast<std::uint8_t>((255 * value + whole / 2) / whole);
  };
  const std::uint64_t red = rgba[0] * alpha + paper, green = rgba[1] * alpha + paper,
                      blue = rgba[2] * alpha + paper;
  if (channels == 1) {  // luminance by ITU-R BT.601
    target[0] = to_byte(299 * red + 587 * green + 114 * blue, 1000 * full * full);
  } else {
    target[0] = to_byte(red, full * full);
    target[1] = to_byte(green, full * full);
    target[2] = to_byte(blue, full * full);
  }
}

}  // namespace

void expect_readable_size(Index width, Index height, const std::string& path) {
  const auto fits = [](Index side) { return side > 0 && side <= max_png_side; };
  expect(fits(width) && fits(height) && width * height <= max_png_pixels, path,
         "expected an image of 1 to ", max_png_side, " pixels a side and at most ", max_png_pixels,
         " in all, found ", width, "x", height);
}

PictureSize png_size(std::string_view file, const std::string& path) {
  const Header header = read_preface(ChunkReader(file, path), path).header;
  return {header.width, header.height};
}

Image decode_png(std::string_view file, const std::string& path, Index channels) {
  require(channels == 1 || channels == 3, "decode_png: expects 1 or 3 channels, got ", channels);
  const ChunkReader chunks(file, path);
  const Preface preface = read_preface(chunks, path);
  const Header& header = preface.header;
  check_pixels(chunks, header, path);

  const std::string filled = header.colour == indexed ? with_whole_palette(chunks) : std::string();
  if (!filled.empty()) file = filled;
  int width = 0, height = 0, in_file = 0;
  const std::unique_ptr<std::uint16_t, void (*)(void*)> pixels(
      stbi_load_16_from_memory(reinterpret_cast<const stbi_uc*>(file.data()),
                               static_cast<int>(file.size()), &width, &height, &in_file, 4),
      stbi_image_free);
  if (!pixels) throw std::bad_alloc();  // of all its reasons, the only one that is left

  Image image(header.width, header.height, channels);
  for (Index i = 0; i < header.width * header.height; ++i) {
    paint(pixels.get() + 4 * i, image.pixels.data() + channels * i, channels);
  }
  return image;
}

}  // namespace glass::viz
