#include <stb_image.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>

#include "viz/pictures/jpeg.hpp"

/// stb_image turns the bytes into pixels. By itself it takes memory for any size that is announced,
/// where the pixels end too early it goes on with what it likes, and it writes past its tables if a
/// file says that they are larger. So it sees only files that jpeg_header.cpp has gone through.
namespace glass::viz {

namespace {

/// How a picture is to be turned (EXIF 4.6.4, orientation): where the pixel comes from that is seen in
/// column x and row y.
Image turned(Image image, int orientation) {
  if (orientation == 1) return image;
  const bool on_its_side = orientation >= 5;
  const Index right = image.width - 1, bottom = image.height - 1;
  Image result(on_its_side ? image.height : image.width, on_its_side ? image.width : image.height,
               image.channels);
  for (Index y = 0; y < result.height; ++y)
    for (Index x = 0; x < result.width; ++x) {
      const Index u = on_its_side ? y : x, v = on_its_side ? x : y;
      const bool mirrored =
                     orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8,
                 upside_down =
                     orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
      for (Index c = 0; c < image.channels; ++c) {
        result.at(x, y, c) = image.at(mirrored ? right - u : u, upside_down ? bottom - v : v, c);
      }
    }
  return result;
}

}  // namespace

Image decode_jpeg(std::string_view file, const std::string& path, Index channels) {
  require(channels == 1 || channels == 3, "decode_jpeg: expects 1 or 3 channels, got ", channels);
  const JpegHeader header = read_jpeg_header(file, path);
  int width = 0, height = 0, in_file = 0;
  const std::unique_ptr<stbi_uc, void (*)(void*)> pixels(
      stbi_load_from_memory(reinterpret_cast<const stbi_uc*>(file.data()),
                            static_cast<int>(file.size()), &width, &height, &in_file,
                            static_cast<int>(channels)),
      stbi_image_free);
  if (!pixels) {
    const char* const reason = stbi_failure_reason();
    if (std::strcmp(reason, "outofmem") == 0) throw std::bad_alloc();
    throw FileError(text(path, ": the JPEG is damaged (", reason, ")"));
  }
  Image image(header.width, header.height, channels);
  std::copy_n(pixels.get(), image.pixels.size(), image.pixels.data());
  return turned(std::move(image), header.orientation);
}

}  // namespace glass::viz
