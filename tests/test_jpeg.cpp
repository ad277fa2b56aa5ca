#include <array>

#include "hostile.hpp"
#include "run_program.hpp"
#include "viz/pictures/jpeg.hpp"
#include "viz/pictures/picture.hpp"
#include "viz/pictures/png_chunks.hpp"

using namespace glass;
using namespace glass::viz;
using namespace std::string_literals;

namespace {

const std::string jpeg_path = "a.jpg";
const std::array sample_names{"colour", "grey", "progressive", "cmyk", "restart"};

/// Of 21x13 pixels: white, with red in the upper left corner and blue in the lower
/// right one. Written by libjpeg-turbo.
std::string sample(const std::string& name) {
  return slurp(GLASS_SOURCE_DIR "/tests/fuzz/corpus/jpeg/" + name);
}

Image decoded_jpeg(const std::string& bytes, Index channels = 3) {
  return decode_jpeg(bytes, jpeg_path, channels);
}

/// The file with a segment after its first marker.
std::string with_segment(std::string file, char marker, const std::string& data) {
  const auto length = static_cast<std::uint32_t>(data.size() + 2);
  return file.insert(2, "\xff"s + marker + png::big_endian(length, 2) + data);
}

std::string little(std::uint32_t value, int bytes) {
  const std::string big = png::big_endian(value, bytes);
  return {big.rbegin(), big.rend()};
}

/// What telephones say of how they were held, among other things.
std::string exif(std::uint32_t orientation, bool little_endian) {
  const auto number = [&](std::uint32_t value, int bytes) {
    return little_endian ? little(value, bytes) : png::big_endian(value, bytes);
  };
  const auto entry = [&](std::uint32_t tag, std::uint32_t value) {
    return number(tag, 2) + number(3, 2) + number(1, 4) + number(value, 2) + number(0, 2);
  };
  return "Exif\0\0"s + (little_endian ? "II" : "MM") + number(42, 2) + number(12, 4) + "1234" +
         number(2, 2) + entry(0x0100, 21) + entry(0x0112, orientation) + number(0, 4);
}

Image mirrored(const Image& image) {
  Image out = image;
  for (Index y = 0; y < image.height; ++y)
    for (Index x = 0; x < image.width; ++x)
      for (Index c = 0; c < image.channels; ++c)
        out.at(x, y, c) = image.at(image.width - 1 - x, y, c);
  return out;
}

/// A quarter to the right, some times.
Image rotated(const Image& image, int quarters) {
  if (quarters == 0) return image;
  Image out(image.height, image.width, image.channels);
  for (Index y = 0; y < image.height; ++y)
    for (Index x = 0; x < image.width; ++x)
      for (Index c = 0; c < image.channels; ++c)
        out.at(image.height - 1 - y, x, c) = image.at(x, y, c);
  return rotated(out, quarters - 1);
}

std::size_t place_of(const std::string& file, const std::string& marker) {
  const std::size_t place = file.find(marker);
  REQUIRE(place != file.npos);
  return place;
}

/// The file with another byte at so many bytes after a marker.
std::string changed(std::string file, const std::string& marker, std::size_t after, int value) {
  file[place_of(file, marker) + after] = static_cast<char>(value);
  return file;
}

}  // namespace

TEST_CASE("JPEG: baseline, progressive, with restarts, grey and of four inks") {
  for (const std::string name : {"colour", "progressive", "cmyk", "restart"}) {
    CAPTURE(name);
    const Image image = decoded_jpeg(sample(name)), grey = decoded_jpeg(sample(name), 1);
    REQUIRE(image.width == 21);
    REQUIRE(image.height == 13);
    const auto is_near = [&](Index x, Index y, std::array<int, 3> colour) {
      for (Index c = 0; c < 3; ++c) {
        CHECK(std::abs(image.at(x, y, c) - colour[static_cast<std::size_t>(c)]) < 25);
      }
      const double luminance = 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2];
      CHECK(std::abs(grey.at(x, y) - luminance) < 12);
    };
    is_near(3, 2, {255, 0, 0});
    is_near(18, 10, {0, 0, 255});
    is_near(17, 2, {255, 255, 255});
  }
  CHECK(decoded_jpeg(sample("grey"), 1).at(17, 2) > 240);
  CHECK(decoded_jpeg(sample("grey"), 3).at(17, 2, 2) > 240);
}

TEST_CASE("JPEG: turned as EXIF says") {
  const Image image = decoded_jpeg(sample("colour"));
  const std::array expected{image,
                            mirrored(image),
                            rotated(image, 2),
                            mirrored(rotated(image, 2)),
                            rotated(mirrored(image), 3),
                            rotated(image, 1),
                            rotated(mirrored(image), 1),
                            rotated(image, 3)};
  for (std::uint32_t orientation = 1; orientation <= 8; ++orientation)
    for (const bool little_endian : {false, true}) {
      CAPTURE(orientation);
      const std::string file =
          with_segment(sample("colour"), '\xe1', exif(orientation, little_endian));
      const Image turned = decoded_jpeg(file);
      const PictureSize size = picture_size(file, jpeg_path);
      CHECK(size.width == turned.width);
      CHECK(size.height == turned.height);
      CHECK(turned.width == expected[orientation - 1].width);
      CHECK(turned.pixels == expected[orientation - 1].pixels);
    }
}

TEST_CASE("JPEG: EXIF that makes no sense changes nothing") {
  const Image image = decoded_jpeg(sample("colour"));
  const std::string good = exif(6, true);
  for (const std::uint32_t orientation : {0u, 9u, 65535u}) {
    CHECK(decoded_jpeg(with_segment(sample("colour"), '\xe1', exif(orientation, true))).pixels ==
          image.pixels);
  }
  for (std::size_t size = 0; size < good.size(); ++size) {
    CHECK_NOTHROW(decoded_jpeg(with_segment(sample("colour"), '\xe1', good.substr(0, size))));
  }
  for (std::size_t i = 6; i < good.size(); ++i) {
    std::string other = good;
    other[i] = '\xff';
    CHECK_NOTHROW(decoded_jpeg(with_segment(sample("colour"), '\xe1', other)));
  }
}

TEST_CASE("JPEG: what telephones put after the end is skipped") {
  const std::string good = sample("colour");
  CHECK(decoded_jpeg(good + "more" + good).pixels == decoded_jpeg(good).pixels);
}

TEST_CASE("JPEG: what is not an intact picture is refused by name") {
  const std::string good = sample("colour"), scan = good.substr(place_of(good, "\xff\xda"));
  const std::string until_scan = good.substr(0, good.size() - scan.size()), frame = "\xff\xc0",
                    restarts = sample("restart"), progressive = sample("progressive");
  const std::size_t place = place_of(good, frame);
  const std::string frame_segment = good.substr(place, 19);
  std::string no_restart = restarts;
  no_restart.erase(place_of(restarts, "\xff\xd1"), 2);
  std::string many_scans = progressive;
  many_scans.resize(many_scans.size() - 2);
  const std::string last = progressive.substr(progressive.rfind("\xff\xda"));
  for (int i = 0; i < 100; ++i) many_scans += last.substr(0, last.size() - 2);
  const std::vector<hostile::Refused> refused{
      {"", "expected a JPEG image, found an empty file"},
      {"hello", "expected a JPEG image, found a file that begins with 'hello'"},
      {"\xff\xd8\xff", "found the end of the file"},
      {good.substr(0, good.size() - 2), "the pixels are cut off"},
      {good.substr(0, good.size() - 20), "the pixels are cut off"},
      {until_scan + "\xff\xd9", "expected pixels for each component, found none"},
      {"\xff\xd8\xff\xd9", "expected a JPEG frame header, found none"},
      {"\xff\xd8" + scan, "expected a JPEG frame header before the first scan"},
      {until_scan + frame_segment + scan, "expected one JPEG frame header, found two"},
      {until_scan + scan.substr(0, scan.size() - 2) + scan, "each component once"},
      {changed(good, frame, 1, 0xc3), "found another kind of coding (3)"},
      {changed(good, frame, 1, 0xc9), "found another kind of coding (9)"},
      {changed(good, frame, 4, 12), "expected a JPEG of 8 bits, found 12"},
      {changed(good, frame, 6, 0), "found 21x0"},
      {changed(good, frame, 7, 0x20), "1 to 8192 pixels a side"},
      {changed(changed(good, frame, 5, 0x1f), frame, 7, 0x1f), "at most 16777216 in all"},
      {changed(changed(good, frame, 5, 0x0f), frame, 7, 0x0f), "expected at least"},
      {changed(good, frame, 9, 2), "expected 3 bytes for each component"},
      {changed(good, frame, 11, 0x52), "sampling factors 1 to 4, found 5x2"},
      {changed(changed(good, frame, 11, 0x32), frame, 14, 0x21),
       "expected JPEG sampling factors that divide the largest"},
      {changed(good, frame, 13, 1), "found 1 twice"},
      {changed(good, "\xff\xda", 5, 7), "expected components of the frame"},
      {changed(good, "\xff\xda", 4, 9), "JPEG scan header"},
      {changed(good, "\xff\xdb", 1, 0xdc), "JPEG segment 220: not known"},
      {changed(good, "\xff\xdb", 4, 4), "JPEG quantisation table: expected"},
      {changed(good, "\xff\xdb", 4, 3), "expected Huffman and quantisation tables for component 1"},
      {changed(good, "\xff\xc4", 4, 0x20), "JPEG Huffman table: expected a class 0 or 1"},
      {changed(good, "\xff\xc4", 5, 3), "more codes of up to 1 bits than there are"},
      {changed(good, "\xff\xc4", 20, 255), "JPEG Huffman table: expected at most 256 codes"},
      {with_segment(
           good, '\xc4',
           '\0' + std::string(16, '\0').replace(14, 2, "\xff\xff") + std::string(510, '\1')),
       "JPEG Huffman table: expected at most 256 codes"},
      {changed(good, "\xff\xda", 6, 0x22), "expected Huffman and quantisation tables"},
      {changed(good, "\xff\xdb", 2, 0xff), "found the end of the file"},
      {changed(restarts, "\xff\xd1", 1, 0xd3), "expected restart marker 1, found 3"},
      {no_restart, "damaged: expected restart marker 1"},
      {changed(restarts, "\xff\xdd", 5, 2), "restart markers, found"},
      {many_scans, "expected at most 100 scans"},
  };
  hostile::check_refused(refused, jpeg_path, [](const std::string& bytes) { decoded_jpeg(bytes); });
}

TEST_CASE(
    "JPEG: cut anywhere it is refused, and changed anywhere refused or decoded, always the same") {
  for (const std::string name : sample_names) {
    CAPTURE(name);
    hostile::damage(jpeg_path, sample(name), [](const std::string& bytes) {
      const Image image = decoded_jpeg(bytes);
      const PictureSize size = picture_size(bytes, jpeg_path);
      CHECK(image.width == size.width);
      CHECK(image.height == size.height);
      CHECK(decoded_jpeg(bytes).pixels == image.pixels);
    });
  }
}

TEST_CASE("pictures: of other kinds, a line says how to convert them") {
  const std::vector<hostile::Refused> refused{
      {"\0\0\0\x18\x66typheic"s, "found a HEIC image; save it as JPEG or PNG, or convert it"},
      {"\0\0\0\x18\x66typmif1"s, "found a HEIC image; save it as JPEG or PNG, or convert it"},
      {"\0\0\0\x18\x66typavif"s, "found an AVIF image; save it as JPEG or PNG, or convert it"},
      {"RIFF\1\2\3\4WEBPVP8 ", "found a WebP image; save it as JPEG or PNG, or convert it"},
      {"GIF89a", "found a GIF image; save it as JPEG or PNG"},
      {"BM\x46\0\0\0\0\0\0\0\x36"s, "found a BMP image; save it as JPEG or PNG"},
      {"II*\0"s, "found a TIFF image; save it as JPEG or PNG"},
      {"\0\0\0\x18\x66typisom"s, "found a film of the MP4 family"},
      {"%PDF-1.7", "expected a PNG or JPEG image, found a PDF document"},
      {"hello", "expected a PNG or JPEG image, found a file that begins with 'hello'"}};
  hostile::check_refused(refused, jpeg_path,
                         [](const std::string& bytes) { decode_picture(bytes, jpeg_path, 3); });
  hostile::check_refused(refused, jpeg_path,
                         [](const std::string& bytes) { picture_size(bytes, jpeg_path); });
}
