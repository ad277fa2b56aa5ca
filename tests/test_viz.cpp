#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "nn/io/files.hpp"
#include "nn/io/sha256.hpp"
#include "programs.hpp"
#include "viz/maximise.hpp"
#include "viz/pictures/npy.hpp"
#include "viz/pictures/png.hpp"
#include "viz/pictures/sheet.hpp"
#include "viz/pictures/text.hpp"

using namespace glass;
using namespace glass::viz;

namespace {

Image gradient_image(Index width, Index height, Index channels) {
  Image image(width, height, channels);
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    image.pixels[i] = static_cast<std::uint8_t>(i * 37 % 256);
  }
  return image;
}

}  // namespace

TEST_CASE("sha256 of the examples in FIPS 180-4") {
  CHECK(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(sha256(std::string(1000000, 'a')) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("a picture survives being written and read as PNG") {
  const TemporaryFolder folder;
  for (const Index channels : {1, 3}) {
    const Image image = gradient_image(7, 5, channels);
    write_png(folder / "a.png", image);
    const Image again = read_png(folder / "a.png", channels);
    CHECK(again.width == 7);
    CHECK(again.height == 5);
    CHECK(again.pixels == image.pixels);
    CHECK(to_image(to_tensor(image), 0).pixels == image.pixels);
  }
}

TEST_CASE("resizing keeps a constant image constant and averages what it shrinks") {
  const Image grey(10, 6, 3, 77);
  for (const auto& [w, h] : {std::pair<Index, Index>{3, 9}, {20, 2}, {1, 1}}) {
    const Image other = resize(grey, w, h);
    CHECK(std::ranges::all_of(other.pixels, [](auto p) { return p == 77; }));
    CHECK(other.pixels.size() == static_cast<std::size_t>(w * h * 3));
  }
  Image board(8, 8, 1);
  for (Index i = 0; i < 64; ++i) board.at(i % 8, i / 8) = (i / 8 + i) % 2 ? 255 : 0;
  for (const auto pixel : resize(board, 2, 2).pixels) CHECK(std::abs(pixel - 127) <= 16);
}

TEST_CASE("a sheet has one tile per picture and text under it") {
  const std::vector<Tile> tiles(7, {Image(28, 28, 1, 255), {"seven", "99.9 %"}});
  const Image sheet = make_sheet(tiles, 5);
  CHECK(sheet.channels == 1);
  CHECK(sheet.width > 5 * 112);
  CHECK(sheet.height > 2 * 112);
  CHECK(std::ranges::count(sheet.pixels, std::uint8_t{255}) == 7 * 112 * 112);
  CHECK(std::ranges::count_if(sheet.pixels, [](auto p) { return p < 140; }) > 7 * 100);
}

TEST_CASE("images are enlarged to what their sheet is wide, be it for a caption or a large image") {
  const auto white = [](const Image& sheet) {
    return std::ranges::count(sheet.pixels, std::uint8_t{255});
  };
  const Tile words{Image(28, 28, 1, 255), {"parametrisation fourier"}},
      none{Image(10, 5, 1, 255), {}};
  const Index width = text_width(words.caption[0]), large = width / 28 * 28,
              small = width / 10 * 10;
  REQUIRE(large > 6 * 28);
  const Image sheet = make_sheet({words, none}, 2);
  CHECK(sheet.width == 2 * (width + 12) + 12);
  CHECK(white(sheet) == large * large + small * small / 2);
  CHECK(white(make_sheet({{Image(300, 1, 1, 255), {}}, none}, 1)) == 300 + 300 * 150);
}

TEST_CASE("npy is what NumPy documents") {
  const TemporaryFolder folder;
  write_npy(folder / "a.npy", Tensor::from({2, 1, 1, 3}, {0, 1, 2, 3, 4, 0.5}));
  const std::string bytes = slurp(folder / "a.npy");
  CHECK(bytes.substr(0, 8) == std::string("\x93NUMPY\x01\x00", 8));
  const std::size_t header =
      static_cast<unsigned char>(bytes[8]) + 256u * static_cast<unsigned char>(bytes[9]);
  CHECK((10 + header) % 64 == 0);
  CHECK(bytes.size() == 10 + header + 6 * 4);
  CHECK(bytes.find("'descr': '<f4', 'fortran_order': False, 'shape': (2,1,1,3,)") !=
        std::string::npos);
  float last = 0;
  std::copy_n(bytes.data() + bytes.size() - 4, 4, reinterpret_cast<char*>(&last));
  CHECK(last == 0.5f);
}

TEST_CASE("the regulariser weighs a picture the same at every size") {
  const auto ramp = [](Index size) {
    Tensor x = Tensor::empty({1, 1, size, size});
    for (Index i = 0; i < x.size(); ++i) {
      x.mutable_data()[i] = static_cast<real>(i % 2);  // one step a pixel, at any size
    }
    return x;
  };
  for (const double beta : {1.0, 2.0}) {
    const Regulariser regulariser{.tv = 1, .beta = beta, .alpha_norm = 1, .l2 = 1};
    const double small = regulariser(ramp(16), {0.5}).item();
    const double large = regulariser(ramp(64), {0.5}).item();
    CHECK(std::abs(small / large - 1) < 0.05);
  }
  const Regulariser off;
  CHECK(off(ramp(16), {0.5}).item() == 0);
}
