#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <stdexcept>

#include "autograd/random.hpp"
#include "run_program.hpp"
#include "viz/pictures/chart.hpp"
#include "viz/pictures/npy.hpp"
#include "viz/pictures/png.hpp"
#include "viz/pictures/sheet.hpp"

using namespace glass;
using namespace glass::viz;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

Image pattern(Index width, Index height, Index channels, int seed = 0) {
  Image image(width, height, channels);
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    image.pixels[i] = static_cast<std::uint8_t>((i * 37 + i * i / 7 + seed * 11) % 256);
  }
  return image;
}

std::uint32_t big_endian(const std::string& bytes, std::size_t at, int count = 4) {
  std::uint32_t value = 0;
  for (int i = 0; i < count; ++i) value = value << 8 | static_cast<std::uint8_t>(bytes.at(at++));
  return value;
}

/// Bit by bit, as in annex D of the PNG specification.
std::uint32_t crc(const std::string& bytes) {
  std::uint32_t remainder = 0xffffffff;
  for (const char byte : bytes) {
    remainder ^= static_cast<std::uint8_t>(byte);
    for (int bit = 0; bit < 8; ++bit) {
      remainder = remainder & 1 ? 0xedb88320 ^ remainder >> 1 : remainder >> 1;
    }
  }
  return ~remainder;
}

struct Chunk {
  std::string type, data;
};

/// Every chunk of a PNG, each CRC checked.
std::vector<Chunk> chunks_of(const std::string& bytes) {
  std::vector<Chunk> chunks;
  std::size_t at = 8;
  while (at < bytes.size()) {
    const std::size_t length = big_endian(bytes, at);
    chunks.push_back({bytes.substr(at + 4, 4), bytes.substr(at + 8, length)});
    CHECK(crc(bytes.substr(at + 4, 4 + length)) == big_endian(bytes, at + 8 + length));
    at += 12 + length;
  }
  return chunks;
}

std::vector<std::string> types_of(const std::vector<Chunk>& chunks) {
  std::vector<std::string> types;
  for (const Chunk& chunk : chunks) types.push_back(chunk.type);
  return types;
}

/// The bytes of a good file are refused if they are cut anywhere, by one line that names it.
void check_truncations(const std::string& bytes,
                       const std::function<void(const std::string&)>& read) {
  REQUIRE_NOTHROW(read(bytes));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK_THROWS_WITH_AS(read(bytes.substr(0, size)), doctest::Contains("a file: "), FileError);
  }
}

std::string npy(const std::string& header, const std::string& data, char version = 1) {
  std::string bytes = std::string("\x93NUMPY") + version + '\0';
  const std::size_t length = header.size();
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i) bytes += static_cast<char>(length >> 8 * i);
  return bytes + header + data;
}

template <class Number>
std::string raw(const std::vector<Number>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Number)};
}

std::vector<double> doubles(const Tensor& tensor) {
  return {tensor.values().begin(), tensor.values().end()};
}

}  // namespace

TEST_CASE("a PNG carries text, and its picture is the same") {
  const TemporaryFolder folder;
  const std::string note = "{\"steps\": 256, \"class\": \"sm\\u00f8rrebr\\u00f8d\"}";
  for (const Index channels : {1, 3}) {
    const Image image = pattern(9, 6, channels);
    write_png(folder / "plain.png", image);
    write_png(folder / "noted.png", image, note);
    CHECK(read_png(folder / "noted.png", channels).pixels == image.pixels);
    CHECK(read_png_text(folder / "noted.png") == note);
    CHECK(read_png_text(folder / "plain.png").empty());
    const auto chunks = chunks_of(slurp(folder / "noted.png"));
    CHECK(types_of(chunks) == std::vector<std::string>{"IHDR", "tEXt", "IDAT", "IEND"});
    CHECK(chunks[1].data == std::string("glassgrad") + '\0' + note);
    const std::string once = slurp(folder / "noted.png");
    write_png(folder / "noted.png", image, note);
    CHECK(slurp(folder / "noted.png") == once);
  }
}

TEST_CASE("text for a PNG is ASCII, or the caller has a bug") {
  const TemporaryFolder folder;
  for (const std::string& text : {std::string("sm\xc3\xb8r"), std::string("a\0b", 3)}) {
    CHECK_THROWS_AS(write_png(folder / "a.png", pattern(2, 2, 1), text), std::logic_error);
    CHECK_THROWS_AS(write_animation(folder / "a.png", {pattern(2, 2, 1)}, {}, text),
                    std::logic_error);
  }
  CHECK_FALSE(std::filesystem::exists(folder / "a.png"));
}

TEST_CASE(
    "an animation is a PNG of its first frame, with the others in the order of the standard") {
  const TemporaryFolder folder;
  const std::string path = folder / "a.png";
  for (const Index channels : {1, 3}) {
    std::vector<Image> frames;
    for (int i = 0; i < 4; ++i) frames.push_back(pattern(8, 5, channels, i));
    write_animation(path, frames, {.frame_ms = 80, .hold_last_ms = 1500}, "{}");
    CHECK(read_png(path, channels).pixels == frames[0].pixels);
    CHECK(read_png_text(path) == "{}");

    const std::string bytes = slurp(path);
    const auto chunks = chunks_of(bytes);
    CHECK(types_of(chunks) == std::vector<std::string>{"IHDR", "tEXt", "acTL", "fcTL", "IDAT",
                                                       "fcTL", "fdAT", "fcTL", "fdAT", "fcTL",
                                                       "fdAT", "IEND"});
    CHECK(big_endian(chunks[2].data, 0) == 4);
    CHECK(big_endian(chunks[2].data, 4) == 0);  // plays: for ever
    std::uint32_t sequence = 0;
    std::size_t frame = 0;
    for (const auto& [type, data] : chunks) {
      if (type == "fcTL") {
        CHECK(data.size() == 26);
        CHECK(big_endian(data, 4) == 8);
        CHECK(big_endian(data, 8) == 5);
        CHECK(big_endian(data, 20, 2) == (frame == 3 ? 1500 : 80));
        CHECK(big_endian(data, 22, 2) == 1000);
      }
      if (type == "fcTL" || type == "fdAT") CHECK(big_endian(data, 0) == sequence++);
      if (type != "fdAT" && type != "IDAT") continue;
      // As a picture of its own the frame is what was put in.
      write_png(folder / "frame.png", frames[frame]);
      CHECK(data.substr(type == "fdAT" ? 4 : 0) == chunks_of(slurp(folder / "frame.png"))[1].data);
      ++frame;
    }
    CHECK(frame == 4);
    write_animation(path, frames, {.frame_ms = 80, .hold_last_ms = 1500}, "{}");
    CHECK(slurp(path) == bytes);
  }
}

TEST_CASE("what cannot be animated is refused") {
  const TemporaryFolder folder;
  const std::string path = folder / "a.png";
  const Image frame = pattern(4, 4, 1);
  CHECK_THROWS_AS(write_animation(path, {}, {}), ShapeError);
  for (const Image& other : {pattern(5, 4, 1), pattern(4, 5, 1), pattern(4, 4, 3)}) {
    CHECK_THROWS_AS(write_animation(path, {frame, other}, {}), ShapeError);
  }
  for (const int ms : {-1, 65536}) {
    CHECK_THROWS_AS(write_animation(path, {frame}, {.frame_ms = ms}), ShapeError);
    CHECK_THROWS_AS(write_animation(path, {frame}, {.hold_last_ms = ms}), ShapeError);
  }
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("a damaged PNG is refused by name") {
  const TemporaryFolder folder;
  const std::string path = folder / "a.png";
  const Image image = pattern(5, 3, 3);
  for (const bool animated : {false, true}) {
    if (animated) {
      write_animation(path, {image, image}, {}, "{}");
    } else {
      write_png(path, image, "{}");
    }
    const std::string bytes = slurp(path);
    const auto pixels = [](const std::string& file) { decode_png(file, "a file", 3); };
    const auto note = [](const std::string& file) { decode_png_text(file, "a file"); };
    check_truncations(bytes, pixels);
    check_truncations(bytes, note);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      std::string flipped = bytes;
      flipped[i] = static_cast<char>(flipped[i] ^ 0x81);
      CHECK_THROWS_AS(pixels(flipped), FileError);
      CHECK_THROWS_AS(note(flipped), FileError);
    }
  }
  CHECK_THROWS_AS(read_png_text(folder / "missing.png"), IoError);
}

TEST_CASE("a tensor survives being written and read as npy") {
  const TemporaryFolder folder;
  const std::string path = folder / "a.npy";
  const Shape shapes[] = {{3}, {2, 3}, {1, 3, 2}, {2, 1, 3, 2}};
  for (const Shape& shape : shapes) {
    Rng rng(7);
    const Tensor tensor = Tensor::randn(shape, rng);
    write_npy(path, tensor);
    const Tensor again = read_npy(path);
    CHECK(again.shape() == shape);
    CHECK(doubles(again) == doubles(tensor));
    check_truncations(slurp(path), [](const auto& file) { parse_npy(file, "a file"); });
  }
}

TEST_CASE("npy as NumPy writes it, in each type and version") {
  const std::string order = "'fortran_order': False, ";
  const auto read = [](const std::string& bytes) { return parse_npy(bytes, "a.npy"); };
  const std::string f8 = "{'descr': '<f8', " + order + "'shape': (3,), }     \n";
  for (const char version : {'\1', '\2'}) {
    const Tensor x = read(npy(f8, raw<double>({0.5, -2, 1e-3}), version));
    CHECK(x.shape() == Shape{3});
    CHECK(doubles(x) == std::vector<double>{0.5, -2, static_cast<real>(1e-3)});
  }
  const Tensor bytes = read(npy("{'descr': '|u1', " + order + "'shape': (2, 2), }\n",
                                raw<std::uint8_t>({0, 51, 128, 255})));
  CHECK(bytes.shape() == Shape{2, 2});
  CHECK(doubles(bytes) == std::vector<double>{0, real(51) / 255, real(128) / 255, 1});
  // Any order of keys, either quote, no comma at the end.
  const Tensor one =
      read(npy("{\"shape\":(1),'fortran_order':False,'descr':\"<f4\"}", raw<float>({4})));
  CHECK(doubles(one) == std::vector<double>{4});
}

TEST_CASE("any other npy is refused in one line") {
  const auto refuse = [](const std::string& bytes, const std::string& reason) {
    CHECK_THROWS_WITH_AS(parse_npy(bytes, "a.npy"), ("a.npy: " + reason).c_str(), FileError);
  };
  const auto header = [](const std::string& descr, const std::string& order,
                         const std::string& shape) {
    return "{'descr': " + descr + ", 'fortran_order': " + order + ", 'shape': " + shape + ", }\n";
  };
  const std::string four = raw<float>({1, 2, 3, 4});
  refuse("hello world", "expected a NumPy array, found a file that begins with 'hello wo'");
  refuse(npy(header("'<f4'", "False", "(4,)"), four, 3),
         "expected NumPy format version 1.0 or 2.0, found 3.0");
  refuse(npy(header("'<f4'", "True", "(2, 2)"), four),
         "expected an array in C order, found Fortran order");
  refuse(npy(header("'|O'", "False", "(4,)"), four),
         "an array of Python objects, which are programs; expected numbers");
  for (const std::string descr : {">f4", "<f2", "<i8", "|b1", "\x1b[2J"}) {
    const std::string shown = descr[0] == '\x1b' ? "\\x1b[2J" : descr;
    refuse(npy(header("'" + descr + "'", "False", "(4,)"), four),
           "expected numbers of type <f4, <f8 or |u1, found " + shown);
  }
  refuse(npy(header("[('x', '<f4')]", "False", "(4,)"), four),
         "NumPy header: expected a string, found '[('x', '<f4')], 'for'");
  refuse(npy(header("'<f4'", "Maybe", "(4,)"), four),
         "NumPy header: expected False, found 'Maybe, 'shape': (4,)'");
  refuse(npy(header("'<f4'", "False", "(-4,)"), four),
         "NumPy header: expected a dimension, found '-4,), }\\x0a'");
  refuse(npy(header("'<f4'", "False", "(18446744073709551616,)"), four),
         "NumPy header: expected a dimension, found '18446744073709551616'");
  refuse(npy("{'descr': '<f4', 'shape': (4,)}", four),
         "NumPy header: expected descr, fortran_order and shape, found fewer");
  refuse(npy("{'descr': '<f4', 'descr': '<f4'}", four),
         "NumPy header: expected descr, fortran_order and shape, each once, found 'descr'");
  refuse(npy(header("'<f4'", "False", "(4,)") + "x", four),
         "NumPy header: expected the end, found 'x'");
  for (const auto& [shape, shown] : std::vector<std::pair<std::string, std::string>>{
           {"()", "[]"},
           {"(0,)", "[0]"},
           {"(1, 1, 1, 1, 4)", "[1,1,1,1,4]"},
           {"(4294967296, 4294967296)", "[4294967296,4294967296]"},
           {"(0, 18446744073709551615)", "[0,18446744073709551615]"}}) {
    refuse(npy(header("'<f4'", "False", shape), four),
           "expected 1 to 4 dimensions with at least one element, found " + shown);
  }
  refuse(npy(header("'<f4'", "False", "(5,)"), four),
         "expected 5 values of 4 bytes for shape [5], found 16 bytes");
  refuse(npy(header("'<f4'", "False", "(4,)"), four + "x"),
         "expected 4 values of 4 bytes for shape [4], found 17 bytes");
  refuse(npy(header("'<f4'", "False", "(4,)") + std::string(10'000, ' '), four),
         "expected a NumPy header of at most 10000 bytes, found 10058");
  refuse(npy(header("'<f4'", "False", "(2,)"), raw<float>({1, static_cast<float>(not_a_number)})),
         "expected finite float32 numbers, found nan for number 1");
  refuse(npy(header("'<f8'", "False", "(2,)"), raw<double>({1e39, 1})),
         "expected finite float32 numbers, found inf for number 0");
  refuse("", "expected a NumPy array, found an empty file");
  refuse(std::string("\x89PNG\r\n\x1a\n"), "expected a NumPy array, found a PNG image");
  // Four times this wraps around to 16 in 64 bits.
  refuse(npy(header("'<f4'", "False", "(4611686018427387908,)"), four),
         "expected 4611686018427387908 values of 4 bytes for shape [4611686018427387908], found 16 "
         "bytes");
  CHECK_THROWS_AS(read_npy("/missing.npy"), IoError);
}

TEST_CASE("no byte of an npy header makes reading it fail in another way") {
  const TemporaryFolder folder;
  const std::string path = folder / "a.npy";
  write_npy(path, Tensor::from({2, 2}, {1, 2, 3, 4}));
  const std::string bytes = slurp(path);
  int refused = 0;
  for (std::size_t i = 0; i < bytes.size() - 16; ++i)
    for (const char value : {'\0', '\'', '(', ')', '}', ',', '9', '-', '\xff'}) {
      std::string changed = bytes;
      changed[i] = value;
      Index elements = 4;
      try {
        elements = parse_npy(changed, path).size();
      } catch (const FileError&) {
        ++refused;
      }
      CHECK(elements == 4);
    }
  CHECK(refused > 500);
}

TEST_CASE("a chart has a line of its colour in a panel per curve") {
  const Colour red(200, 0, 0), blue(0, 0, 200);
  const auto count = [](const Image& image, const Colour& colour, Index top, Index bottom) {
    Index pixels = 0;
    for (Index y = top; y < bottom; ++y)
      for (Index x = image.width / 2; x < image.width; ++x) {
        pixels += image.at(x, y, 0) == colour.rgb[0] && image.at(x, y, 1) == colour.rgb[1] &&
                  image.at(x, y, 2) == colour.rgb[2];
      }
    return pixels;
  };
  std::vector<double> rising;
  for (int i = 0; i < 50; ++i) rising.push_back(i);
  const std::vector<Curve> curves{{"a", rising, red}, {"b", std::vector<double>(50, -3), blue}};
  const Image chart = draw_chart(curves, 400, 300, "step");
  CHECK(chart.width == 400);
  CHECK(chart.height == 300);
  CHECK(chart.channels == 3);
  CHECK(chart.at(0, 0) == paper);
  CHECK(count(chart, red, 0, 140) > 150);
  CHECK(count(chart, red, 160, 300) == 0);
  CHECK(count(chart, blue, 0, 140) == 0);
  CHECK(count(chart, blue, 160, 300) >= 2 * 180);
  CHECK(draw_chart(curves, 400, 300, "step").pixels == chart.pixels);
}

TEST_CASE("a chart takes any values") {
  const auto draw = [](const std::vector<double>& values) {
    return draw_chart({{"x", values, {200, 0, 0}}}, 300, 120, "step");
  };
  const auto coloured = [](const Image& image) {
    Index pixels = 0;
    for (Index y = 40; y < image.height; ++y)  // below the label
      for (Index x = 0; x < image.width; ++x)
        pixels += image.at(x, y) == 200 && image.at(x, y, 1) == 0;
    return pixels;
  };
  CHECK(coloured(draw({})) == 0);
  CHECK(coloured(draw({not_a_number, infinity, -infinity})) == 0);
  for (const auto& lone : {std::vector<double>{5}, {not_a_number, 1, quiet_nan}}) {  // a dot
    CHECK(coloured(draw(lone)) > 10);
    CHECK(coloured(draw(lone)) < 40);
  }
  CHECK(coloured(draw({0, 0, 0})) > 300);
  const Index whole = coloured(draw({1, 1, 1, 1, 1})),
              gap = coloured(draw({1, 1, not_a_number, 1, 1}));
  CHECK(gap > whole / 3);
  CHECK(gap < 2 * whole / 3);
  constexpr double max = std::numeric_limits<double>::max(),
                   least = std::numeric_limits<double>::denorm_min();
  CHECK(draw({-max, 0, max}).pixels.size() == 300 * 120 * 3);
  CHECK(coloured(draw({0, least})) > 50);
  CHECK(coloured(draw({1, 1 + 1e-15})) > 50);
}

TEST_CASE("a chart has bars as long as the margins, within the panel, and dotted lines at ticks") {
  const auto rows = [](double margin) {  // of the panel, 68 pixels high, with a bar in its middle
    const Image chart = draw_chart({{.label = "x",
                                     .values = {0.5, 0.5, 0.5},
                                     .colour = {200, 0, 0},
                                     .margins = {0, margin, 0},
                                     .ticks = {0, 1}}},
                                   301, 140, "step");
    const Index middle = (12 + text_width("0") + 8 + 301 - 12) / 2;
    Index red = 0, dots = 0;
    for (Index y = 32; y < 112; ++y) {
      bool bar = false, dotted = false;
      for (Index x = middle - 2; x < middle + 3; ++x) {
        bar |= chart.at(x, y) == 200 && chart.at(x, y, 1) == 0;
        dotted |= chart.at(x, y) < 200 && chart.at(x, y) == chart.at(x, y, 1);
      }
      red += bar;
      dots += dotted;
    }
    CHECK(dots > 0);
    return red;
  };
  const Index none = rows(0), half = rows(0.25);
  CHECK(none <= 3);
  CHECK(half > 30);
  CHECK(half < 40);
  CHECK(rows(0.5) > 60);
  CHECK(rows(infinity) == rows(0.5));
  CHECK(rows(not_a_number) == none);
}

TEST_CASE("a chart that nobody could read is refused") {
  CHECK_THROWS_AS(draw_chart({}, 400, 300, "step"), ShapeError);
  CHECK_THROWS_AS(draw_chart({{"x", {1, 2}}}, 60, 300, "step"), ShapeError);
  CHECK_THROWS_AS(draw_chart(std::vector<Curve>(9, {"x", {1, 2}}), 400, 300, "step"), ShapeError);
  CHECK_THROWS_AS(draw_chart({{"x", {1, 2}}}, -5, 0, "step"), ShapeError);
}

TEST_CASE("text stays in its image, whatever bytes it has") {
  for (const Index channels : {1, 3}) {
    Image image(40, 20, channels, paper);
    draw_text(image, -9, -5, "\xff\x80\x01\n~ long enough to leave on the right", ink);
    CHECK(std::ranges::count_if(image.pixels, [](auto p) { return p < 140; }) > 20);
    CHECK(std::ranges::count(image.pixels, paper) > 20);
  }
  CHECK(text_width("\xc3\n") == text_width("??"));
}

TEST_CASE("text is UTF-8: letters of Western Europe and Greece, and '?' for what it has not") {
  CHECK(text_width("\u00e9") == text_width("e"));
  CHECK(text_width("\u03bb\u03b2") != text_width("??"));
  CHECK(text_width("\u732b\xff") == text_width("??"));
  Image image(20, 20, 1, paper);
  draw_text(image, 2, 3, "H", ink);
  for (Index y = 0; y < 20; ++y) {
    bool written = false;
    for (Index x = 0; x < 20; ++x) written |= image.at(x, y, 0) != paper;
    CHECK(written == (y >= 3 && y < 3 + capital_height));
  }
  CHECK(wrapped("\u00e9\u00e9\u00e9", 25) == std::vector<std::string>{"\u00e9\u00e9", "\u00e9"});
}

TEST_CASE("long text is broken at spaces, or anywhere, and in the end cut") {
  const std::string sum = "logit:3 - 0.5*logit:8 + 40*diversity:relu4";
  const Index wide = text_width(sum);
  CHECK(wrapped(sum, wide) == std::vector{sum});
  CHECK(wrapped("", 10) == std::vector<std::string>{""});
  const auto pieces = wrapped(sum, wide - 1);
  REQUIRE(pieces.size() == 2);
  CHECK(pieces[0] + ' ' + pieces[1] == sum);
  std::string joined;
  for (const std::string& piece : wrapped(std::string(50, 'w'), 100, 50)) {
    CHECK(text_width(piece) <= 100);
    joined += piece;
  }
  CHECK(joined == std::string(50, 'w'));
  const auto cut = wrapped(std::string(5000, 'w'), 100, 3);
  REQUIRE(cut.size() == 3);
  CHECK(cut.back().ends_with("w..."));
  CHECK(text_width(cut.back()) <= 100);

  const Image tile(28, 28, 1);
  CHECK(make_sheet({{tile, {std::string(5000, 'w')}}, {tile, {"2"}}}, 2).width < 1100);
  const Image sheet = titled(std::string(5000, 'w'), tile);
  CHECK(sheet.width < 1100);
  CHECK(sheet.height > 28 + 7 * 20);
}

TEST_CASE("stacked images keep their pixels, on paper") {
  const Image grey = pattern(4, 2, 1), colour = pattern(3, 5, 3);
  CHECK(stack({grey, grey}).channels == 1);
  CHECK(stack({}).pixels.empty());
  const Image all = stack({grey, colour});
  CHECK(all.width == 4);
  CHECK(all.height == 7);
  CHECK(all.channels == 3);
  for (Index c = 0; c < 3; ++c) {
    CHECK(all.at(1, 1, c) == grey.at(1, 1));
    CHECK(all.at(2, 2 + 4, c) == colour.at(2, 4, c));
    CHECK(all.at(3, 4, c) == paper);
  }
}
