#include <zlib.h>

#include <array>
#include <cstdlib>
#include <new>
#include <span>
#include <vector>

#include "viz/pictures/png.hpp"
#include "viz/pictures/png_header.hpp"

/// The pixels of a PNG: unpacked, their filters taken back, laid on white. Numbers in comments are
/// sections of the standard, https://www.w3.org/TR/png-3.
namespace glass::viz {

namespace {

using Bytes = std::vector<std::uint8_t>;

/// The zlib stream that all IDAT chunks make together, unpacked as far as it is asked for.
class PixelStream {
 public:
  PixelStream(png::ChunkReader chunks, const std::string& path) : chunks_(chunks), path_(path) {
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
    while (const std::optional<png::Chunk> chunk = chunks_.next()) {
      if (chunk->type != "IDAT" || chunk->data.empty()) continue;
      stream_.next_in = reinterpret_cast<z_const Bytef*>(const_cast<char*>(chunk->data.data()));
      stream_.avail_in = static_cast<uInt>(chunk->data.size());
      return true;
    }
    return false;
  }

  z_stream stream_{};
  png::ChunkReader chunks_;
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

/// Takes a row's filter back: a byte is stored as its difference from what the bytes to the left (a),
/// above (b) and above to the left (c) predict, left being `distance` bytes, a pixel or less (9.2).
void take_filter_back(int filter, std::span<std::uint8_t> row, const Bytes& above,
                      std::size_t distance) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    const int a = i < distance ? 0 : row[i - distance], b = above[i],
              c = i < distance ? 0 : above[i - distance];
    const int p = a + b - c, pa = std::abs(p - a), pb = std::abs(p - b), pc = std::abs(p - c);
    const int paeth = pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
    const std::array predictions{0, a, b, (a + b) / 2, paeth};
    row[i] = static_cast<std::uint8_t>(row[i] + predictions[static_cast<std::size_t>(filter)]);
  }
}

/// Calls `use(pass, y, row)` with each row that the header announces, unpacked. There must be exactly
/// these, each with a filter of the standard.
template <class Use>
void for_each_row(const png::ChunkReader& chunks, const png::Header& header,
                  const std::string& path, Use use) {
  PixelStream stream(chunks, path);
  for (const Pass& pass : header.interlaced ? std::span<const Pass>(adam7) : one_pass) {
    const Index columns = (header.width - pass.x + pass.dx - 1) / pass.dx;
    if (columns == 0) continue;
    Bytes filter(1), row(header.row_bytes(columns)), above(row.size());
    for (Index y = pass.y; y < header.height; y += pass.dy) {
      stream.read(filter);
      stream.read(row);
      expect(filter[0] <= 4, path, "expected row filters 0 to 4, found ", int{filter[0]});
      take_filter_back(filter[0], row, above, header.row_bytes(1));
      use(pass, y, row);
      std::swap(row, above);
    }
  }
  stream.finish();
}

/// Red, green, blue and opacity, from 0 to `full`.
using Rgba = std::array<std::uint64_t, 4>;
constexpr std::uint64_t full = 65535;

/// Pixel i of a row, by its colour type, the palette and tRNS.
Rgba pixel(const Bytes& row, std::size_t i, const png::Preface& preface) {
  const auto& [header, palette, transparency] = preface;
  const auto count = static_cast<std::size_t>(header.samples_per_pixel());
  const auto depth = static_cast<std::size_t>(header.depth);
  const std::uint64_t most = (1u << depth) - 1;
  std::array<std::uint64_t, 4> samples{};
  for (std::size_t k = 0; k < count; ++k) {
    const std::size_t bit = (i * count + k) * depth, at = bit / 8;
    samples[k] =
        depth == 16 ? row[at] * 256u + row[at + 1] : row[at] >> (8 - depth - bit % 8) & most;
  }
  const auto byte = [](std::string_view bytes, std::size_t at) {
    return std::uint64_t{static_cast<std::uint8_t>(bytes[at])};
  };
  if (header.colour == png::indexed) {
    const std::size_t index = samples[0];
    const std::uint64_t opacity =
        index < transparency.size() ? byte(transparency, index) * 257 : full;
    if (3 * index >= palette.size()) return {0, 0, 0, opacity};  // beyond its end: black
    return {byte(palette, 3 * index) * 257, byte(palette, 3 * index + 1) * 257,
            byte(palette, 3 * index + 2) * 257, opacity};
  }
  const bool has_opacity = header.colour == png::grey_alpha || header.colour == png::rgb_alpha;
  const std::size_t colours = has_opacity ? count - 1 : count;
  bool is_transparent = !transparency.empty();  // a colour that stands for nothing (11.3.1.1)
  for (std::size_t k = 0; k < colours && is_transparent; ++k) {
    const std::uint64_t named = byte(transparency, 2 * k) * 256 + byte(transparency, 2 * k + 1);
    is_transparent = samples[k] == (named & most);
  }
  for (std::uint64_t& sample : samples) sample = sample * full / most;
  const std::uint64_t opacity = has_opacity ? samples[colours] : is_transparent ? 0 : full;
  if (colours == 1) return {samples[0], samples[0], samples[0], opacity};
  return {samples[0], samples[1], samples[2], opacity};
}

/// Lays a pixel on white paper, and rounds only at the end.
void paint(const Rgba& rgba, std::uint8_t* target, Index channels) {
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

PictureSize png_size(std::string_view file, const std::string& path) {
  const png::Header header = png::read_preface(png::ChunkReader(file, path), path).header;
  return {header.width, header.height};
}

Image decode_png(std::string_view file, const std::string& path, Index channels) {
  require(channels == 1 || channels == 3, "decode_png: expects 1 or 3 channels, got ", channels);
  const png::ChunkReader chunks(file, path);
  const png::Preface preface = png::read_preface(chunks, path);
  const png::Header& header = preface.header;
  // All is checked before there is memory for the picture.
  for_each_row(chunks, header, path, [](const Pass&, Index, const Bytes&) {});
  Image image(header.width, header.height, channels);
  for_each_row(chunks, header, path, [&](const Pass& pass, Index y, const Bytes& row) {
    std::size_t i = 0;
    for (Index x = pass.x; x < header.width; x += pass.dx) {
      paint(pixel(row, i++, preface), &image.at(x, y), channels);
    }
  });
  return image;
}

}  // namespace glass::viz
