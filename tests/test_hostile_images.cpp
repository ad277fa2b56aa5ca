#include <sys/stat.h>

#include <array>
#include <cmath>

#include "hostile.hpp"
#include "nn/io/files.hpp"
#include "programs.hpp"
#include "viz/pictures/png.hpp"
#include "viz/pictures/png_chunks.hpp"

using namespace glass;
using namespace glass::viz;
using namespace std::string_literals;
using png::make_chunk;

namespace {

const std::string signature(png::signature), png_path = "a.png";

std::string compressed(const std::string& raw) {
  uLongf size = compressBound(static_cast<uLong>(raw.size()));
  std::string out(size, '\0');
  REQUIRE(compress(reinterpret_cast<Bytef*>(out.data()), &size,
                   reinterpret_cast<const Bytef*>(raw.data()),
                   static_cast<uLong>(raw.size())) == Z_OK);
  return out.substr(0, size);
}

std::string header(std::uint32_t width, std::uint32_t height, int depth, int colour,
                   int interlace = 0) {
  return png::big_endian(width) + png::big_endian(height) + static_cast<char>(depth) +
         static_cast<char>(colour) + "\0\0"s + static_cast<char>(interlace);
}

std::string file(const std::string& chunks) { return signature + chunks + make_chunk("IEND", ""); }

/// A PNG with `pixels`, each row with its filter, between what `chunks` holds and the end.
std::string picture(const std::string& head, const std::string& chunks, const std::string& pixels) {
  return file(make_chunk("IHDR", head) + chunks + make_chunk("IDAT", compressed(pixels)));
}

Image decoded_png(const std::string& bytes, Index channels = 3) {
  return decode_png(bytes, png_path, channels);
}

double unit(char byte) { return static_cast<std::uint8_t>(byte) / 255.0; }

/// A picture as a list of samples: the encoder that the decoder is tested by, and what one sees.
struct Samples {
  int width, height, depth, colour, per_pixel;
  std::vector<std::uint32_t> values;
  std::string palette, transparency;  ///< of PLTE and tRNS, empty without

  std::uint32_t at(int x, int y, int i) const {
    return values[static_cast<std::size_t>((y * width + x) * per_pixel + i)];
  }

  /// Red, green and blue on white paper, from 0 to 1.
  std::array<double, 3> seen(int x, int y) const {
    const auto share = [&](int i) { return at(x, y, i) / ((1u << depth) - 1.0); };
    const bool many = colour == 2 || colour == 6;
    std::array<double, 3> light{share(0), share(many ? 1 : 0), share(many ? 2 : 0)};
    double opacity = colour > 3 ? share(per_pixel - 1) : 1;
    if (colour == 3) {
      const std::size_t index = at(x, y, 0);
      for (std::size_t c = 0; c < 3; ++c) light[c] = unit(palette[3 * index + c]);
      if (index < transparency.size()) opacity = unit(transparency[index]);
    } else if (!transparency.empty()) {
      std::string named;
      for (int i = 0; i < per_pixel; ++i) named += png::big_endian(at(x, y, i), 2);
      opacity = named != transparency;
    }
    for (double& value : light) value = value * opacity + 1 - opacity;
    return light;
  }

  std::string row(const std::vector<int>& columns, int y) const {
    std::string bits;
    for (const int x : columns)
      for (int i = 0; i < per_pixel; ++i)
        for (int bit = depth - 1; bit >= 0; --bit)
          bits += static_cast<char>(at(x, y, i) >> bit & 1);
    bits.resize((bits.size() + 7) / 8 * 8);
    std::string bytes(bits.size() / 8, '\0');
    for (std::size_t i = 0; i < bits.size(); ++i) {
      bytes[i / 8] = static_cast<char>(bytes[i / 8] * 2 + bits[i]);
    }
    return bytes;
  }

  /// Every row gets another filter (9.2).
  void append_row(std::string& out, const std::string& bytes, const std::string& above) const {
    const int filter = static_cast<int>(out.size() % 5);
    const auto distance = static_cast<std::size_t>(std::max(1, per_pixel * depth / 8));
    out += static_cast<char>(filter);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      const auto byte = [](const std::string& from, std::size_t at) {
        return at < from.size() ? static_cast<int>(static_cast<std::uint8_t>(from[at])) : 0;
      };
      const int a = byte(bytes, i - distance), b = byte(above, i), c = byte(above, i - distance);
      const int p = a + b - c, pa = std::abs(p - a), pb = std::abs(p - b), pc = std::abs(p - c);
      const int paeth = pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
      const int predictions[] = {0, a, b, (a + b) / 2, paeth};
      out += static_cast<char>(byte(bytes, i) - predictions[filter]);
    }
  }

  std::string encode(bool interlaced) const {
    // The number of the pass in which a pixel comes (8.2).
    const char* const passes[8] = {"16462646", "77777777", "56565656", "77777777",
                                   "36463646", "77777777", "56565656", "77777777"};
    std::string pixels;
    for (char pass = interlaced ? '1' : '0'; pass <= (interlaced ? '7' : '0'); ++pass) {
      std::string above;
      for (int y = 0; y < height; ++y) {
        std::vector<int> columns;
        for (int x = 0; x < width; ++x) {
          if (!interlaced || passes[y % 8][x % 8] == pass) columns.push_back(x);
        }
        if (columns.empty()) continue;
        const std::string bytes = row(columns, y);
        append_row(pixels, bytes, above);
        above = bytes;
      }
    }
    std::string chunks;
    if (!palette.empty()) chunks += make_chunk("PLTE", palette);
    if (!transparency.empty()) chunks += make_chunk("tRNS", transparency);
    return picture(header(static_cast<std::uint32_t>(width), static_cast<std::uint32_t>(height),
                          depth, colour, interlaced),
                   chunks, pixels);
  }
};

/// A picture of random samples; with `transparent`, tRNS names its first pixel's colour, or gives an
/// opacity to all colours of its palette but the last.
Samples random_samples(int width, int height, int depth, int colour, bool transparent) {
  std::uint32_t state = 1;
  const auto random = [&](std::uint32_t n) {
    state = state * 1664525 + 1013904223;
    return (state >> 8) % n;
  };
  const auto bytes = [&](std::uint32_t count) {
    std::string out;
    for (std::uint32_t i = 0; i < count; ++i) out += static_cast<char>(random(256));
    return out;
  };
  const int per_pixel = std::array{1, 0, 3, 1, 2, 0, 4}[static_cast<std::size_t>(colour)];
  const std::uint32_t levels = 1u << depth;
  Samples samples{width, height, depth, colour, per_pixel, {}, "", ""};
  for (int i = 0; i < width * height * per_pixel; ++i) samples.values.push_back(random(levels));
  if (colour == 3) samples.palette = bytes(3 * levels);
  if (transparent && colour == 3) samples.transparency = bytes(levels - 1);
  for (int i = 0; transparent && colour < 3 && i < per_pixel; ++i) {
    samples.transparency += png::big_endian(samples.at(0, 0, i), 2);
  }
  return samples;
}

/// Between pixels and what one sees; rounding makes it a half at most.
double largest_difference(const Samples& samples, const std::string& png) {
  const Image rgb = decoded_png(png, 3), grey = decoded_png(png, 1);
  REQUIRE(rgb.width == samples.width);
  REQUIRE(rgb.height == samples.height);
  double largest = 0;
  const auto compare = [&](std::uint8_t pixel, double seen) {
    largest = std::max(largest, std::abs(pixel - 255 * seen));
  };
  for (int y = 0; y < samples.height; ++y)
    for (int x = 0; x < samples.width; ++x) {
      const auto [r, g, b] = samples.seen(x, y);
      compare(rgb.at(x, y, 0), r);
      compare(rgb.at(x, y, 1), g);
      compare(rgb.at(x, y, 2), b);
      compare(grey.at(x, y), 0.299 * r + 0.587 * g + 0.114 * b);
    }
  return largest;
}

std::string small_picture() { return picture(header(2, 2, 8, 0), "", "\0ab\0cd"s); }

}  // namespace

TEST_CASE("hostile images: every form of PNG is decoded, on white paper, to the nearest 8 bits") {
  for (const int colour : {0, 2, 3, 4, 6})
    for (const int depth : {1, 2, 4, 8, 16})
      for (const bool transparent : {false, true})
        for (const int width : {1, 3, 11}) {
          if (depth < 8 && colour != 0 && colour != 3) continue;
          if (depth == 16 && colour == 3) continue;
          if (transparent && colour > 3) continue;
          const Samples samples = random_samples(width, 10, depth, colour, transparent);
          for (const bool interlaced : {false, true}) {
            CAPTURE(colour);
            CAPTURE(depth);
            CAPTURE(transparent);
            CAPTURE(width);
            CAPTURE(interlaced);
            CHECK(largest_difference(samples, samples.encode(interlaced)) < 0.5 + 1e-9);
          }
        }
}

TEST_CASE("hostile images: pixels may come in any number of chunks, among others that we skip") {
  const std::string pixels = compressed("\0ab\0cd"s);
  std::string chunks = make_chunk("IHDR", header(2, 2, 8, 0)) + make_chunk("gAMA", "\0\0\0\1"s);
  for (const char byte : pixels) chunks += make_chunk("IDAT", {&byte, 1}) + make_chunk("IDAT", "");
  const Image image = decoded_png(file(chunks + make_chunk("tIME", "1234567")), 1);
  CHECK(image.pixels == std::vector<std::uint8_t>{'a', 'b', 'c', 'd'});
}

TEST_CASE("hostile images: colours beyond the end of a palette are black") {
  const std::string colours = make_chunk("PLTE", "123456");
  const Image image = decoded_png(picture(header(3, 1, 8, 3), colours, "\0\0\1a"s));
  CHECK(std::string(image.pixels.begin(), image.pixels.end()) == "123456\0\0\0"s);
}

TEST_CASE("hostile images: what is not an intact PNG is refused by name") {
  const std::string grey = header(2, 2, 8, 0), palette = header(2, 2, 8, 3), rows = "\0ab\0cd"s,
                    small = small_picture();
  const auto with_header = [&](const std::string& head) { return picture(head, "", rows); };
  const auto with_data = [&](const std::string& data) {
    return file(make_chunk("IHDR", grey) + make_chunk("IDAT", data));
  };
  const std::string packed = compressed(rows), start = make_chunk("IHDR", grey),
                    idat = make_chunk("IDAT", packed), colours = make_chunk("PLTE", "123456"),
                    ihdr = make_chunk("IHDR", palette);
  std::string wrong_adler = packed, wrong_crc = small, wrong_length = small;
  wrong_adler.back() ^= 1;
  wrong_crc[small.size() - 20] ^= 1;
  wrong_length[8] = '\xff';
  const std::vector<hostile::Refused> refused{
      {"", "expected a PNG image, found an empty file"},
      {"hello", "expected a PNG image, found a file that begins with 'hello'"},
      {"\x1b[2Jhello", "'\\x1b[2Jhell'"},
      {"<!DOCTYPE html>", "a web page"},
      {"\xef\xbb\xbf\n <svg>", "markup"},
      {"\xff\xd8\xff\xe0\0\x10JFIF"s, "a JPEG image"},
      {"GIF89a", "a GIF image"},
      {"RIFF\1\2\3\4WEBPVP8 ", "a WebP image"},
      {"BM\x46\0\0\0\0\0\0\0\x36"s, "a BMP image"},
      {"BM is short for benchmark", "begins with 'BM is sh'"},
      {"\0\0\0\x1c\x66typavif"s, "AVIF"},
      {"%PDF-1.7", "a PDF document"},
      {"\x93NUMPY\1"s, "a NumPy array"},
      {"PK\3\4", "a zip archive"},
      {signature.substr(0, 7), "begins with"},
      {signature, "found the end of the file after 8 bytes"},
      {small.substr(0, small.size() - 12), "expected PNG chunks up to IEND"},
      {small + "x", "expected IEND at the end of the file, found 1 bytes after it"},
      {small + small, "bytes after it"},
      {signature + start + idat + make_chunk("IEND", "x"), "'IEND': expected no data"},
      {wrong_crc, "the file is damaged"},
      {wrong_length, "bytes of data, found the end of the file"},
      {file(idat), "expected the PNG chunk 'IHDR' first, found 'IDAT'"},
      {file(make_chunk("CgBI", "1234") + start + idat), "first, found 'CgBI'"},
      {file(start + start + idat), "PNG chunk 'IHDR': expected only critical chunks"},
      {file(start + make_chunk("ABCD", "") + idat), "PNG chunk 'ABCD'"},
      {file(start + make_chunk("\x1b\n\0D", "") + idat), "'\\x1b\\x0a"},
      {file(make_chunk("IHDR", grey.substr(1)) + idat), "'IHDR': expected 13 bytes of data"},
      {with_header(header(0, 2, 8, 0)), "found 0x2"},
      {with_header(header(8193, 1, 8, 0)), "1 to 8192 pixels a side"},
      {with_header(header(2, 0xffffffff, 8, 0)), "found 2x4294967295"},
      {with_header(header(8192, 8192, 8, 0)), "at most 16777216 in all, found 8192x8192"},
      {with_header(header(2, 2, 3, 0)), "type 0 and depth 3"},
      {with_header(header(2, 2, 0, 0)), "type 0 and depth 0"},
      {with_header(header(2, 2, 4, 2)), "type 2 and depth 4"},
      {with_header(header(2, 2, 16, 3)), "type 3 and depth 16"},
      {with_header(header(2, 2, 8, 1)), "type 1 and depth 8"},
      {with_header(header(2, 2, 8, 255)), "type 255 and depth 8"},
      {with_header(header(2, 2, 8, 0, 2)), "found 0, 0 and 2"},
      {with_header(grey.substr(0, 10) + "\1\0\0"s), "found 1, 0 and 0"},
      {with_header(grey.substr(0, 10) + "\0\1\0"s), "found 0, 1 and 0"},
      {file(start), "expected pixels (PNG chunk 'IDAT'), found none"},
      {with_data(""), "cut off"},
      {with_data(packed.substr(0, packed.size() - 1)), "cut off"},
      {with_data(wrong_adler), "incorrect data check"},
      {with_data("\xff\xff"), "damaged"},
      {with_data("\x78\xbb\1\2\3\4\5\6"), "not a zlib stream"},  // a preset dictionary
      {with_data(compressed(rows.substr(0, 5))), "found the end of the pixels after 5 bytes"},
      {with_data(compressed(rows + '\0')), "found more than the image has"},
      {with_data(packed + '\0'), "found bytes after their checksum"},
      {file(start + idat + make_chunk("IDAT", "x")), "found bytes after their checksum"},
      {file(start + make_chunk("IDAT", packed.substr(0, 4)) + make_chunk("tIME", "") +
            make_chunk("IDAT", packed.substr(4))),
       "'IDAT' of"},
      {with_data(compressed("\0ab\5cd"s)), "expected row filters 0 to 4, found 5"},
      {file(ihdr + idat), "expected a palette"},
      {file(ihdr + make_chunk("PLTE", "") + idat), "'PLTE' of 0 bytes"},
      {file(ihdr + make_chunk("PLTE", "1234") + idat), "'PLTE' of 4 bytes"},
      {file(ihdr + make_chunk("PLTE", std::string(771, 'x')) + idat), "'PLTE' of 771 bytes"},
      {file(ihdr + colours + colours + idat), "'PLTE' of 6 bytes"},
      {file(ihdr + idat + colours), "'PLTE' of 6 bytes"},
      {file(ihdr + make_chunk("tRNS", "x") + colours + idat), "'tRNS' of 1 bytes"},
      {file(ihdr + colours + make_chunk("tRNS", "xyz") + idat), "'tRNS' of 3 bytes"},
      {file(start + make_chunk("tRNS", "x") + idat), "'tRNS' of 1 bytes"},
      {file(start + idat + make_chunk("tRNS", "xy")), "'tRNS' of 2 bytes"},
      {picture(header(1, 1, 8, 4), make_chunk("tRNS", "xy"), "\0ab"s), "'tRNS' of 2 bytes"},
  };
  hostile::check_refused(refused, png_path, [](const std::string& bytes) { decoded_png(bytes); });
}

TEST_CASE("hostile images: a PNG cut or changed anywhere is refused, or decoded to its size") {
  const std::string good = random_samples(5, 4, 2, 3, true).encode(true);
  REQUIRE_NOTHROW(decoded_png(good));
  for (std::size_t size = 0; size < good.size(); ++size) {
    CHECK_FALSE(hostile::refusal(png_path, [&] { decoded_png(good.substr(0, size)); }).empty());
  }
  int loaded = 0;
  for (std::size_t i = 0; i < good.size(); ++i)
    for (const int change : {1, 0x80, 0xff}) {
      std::string changed = good;
      changed[i] = static_cast<char>(changed[i] ^ change);
      CHECK_FALSE(hostile::loads([&] { decoded_png(changed); }));
      // The same with right checksums: only then does the change reach the decoder.
      std::string repaired = signature;
      for (std::size_t at = signature.size(); at < good.size();) {
        const std::size_t length = png::read_number(good, at);
        repaired += make_chunk(changed.substr(at + 4, 4), changed.substr(at + 8, length));
        at += 12 + length;
      }
      loaded += hostile::loads([&] {
        const Image image = decoded_png(repaired);
        CHECK(image.pixels.size() == static_cast<std::size_t>(image.width * image.height * 3));
      });
    }
  CHECK(loaded > 10);  // other colours
}

TEST_CASE("hostile images: what cannot be read as a file is refused before it is read") {
  const TemporaryFolder folder;
  CHECK_THROWS_AS(read_png(folder / "missing.png", 1), IoError);
  CHECK_THROWS_AS(read_png(folder / "", 1), IoError);
  REQUIRE(mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK_THROWS_AS(read_png(folder / "pipe", 1), IoError);
  const std::string large = folder / "large.png";
  nn::write_file(large, small_picture());
  std::filesystem::resize_file(large, max_picture_bytes + 1);  // a hole, of which nothing is stored
  for (const bool text : {false, true}) {
    const auto read = [&] { text ? void(read_png_text(large)) : void(read_png(large, 1)); };
    CHECK(hostile::refusal(large, read).find("at most 67108864") != std::string::npos);
  }
}

TEST_CASE("hostile images: programs refuse them in one line, in little memory, and write nothing") {
  const TemporaryFolder folder;
  const std::string image = folder / "bomb.png", out = folder / "out.png";
  const std::string invert = viz_program + " invert " + tiny_json + " '" + image +
                             "' --resize --layer all -o '" + out + "'";
  const std::string zlib_header = "\x78\x9c";
  const std::string megabytes = make_chunk("IDAT", zlib_header + hostile::zeros(900));
  const std::vector<hostile::Refused> rows{
      {file(make_chunk("IHDR", header(1, 1, 8, 0)) + megabytes), "more than the image has"},
      {file(make_chunk("IHDR", header(4096, 4096, 8, 6)) + megabytes), "more than the image has"},
      {file(make_chunk("IHDR", header(4096, 4096, 8, 6)) + make_chunk("IDAT", "")), "cut off"},
      {"\xff\xd8\xff\xe0", "expected JPEG segments up to the end of the picture"},
      {"GIF89a", "a GIF image"},
  };
  for (const hostile::Refused& row : rows) {
    std::ofstream(image, std::ios::binary) << row.bytes;
    hostile::check_refusal(invert, row.message);
    CHECK_FALSE(std::filesystem::exists(out));
  }
}
