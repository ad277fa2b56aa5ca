// Compiled for browsers, where there is no zlib: stb_image's PNG, for the picture of our own letters.
#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#define STBI_ONLY_PNG
#define STBI_NO_STDIO
#include <stb_image.h>

#include <algorithm>
#include <memory>

#include "viz/pictures/png.hpp"

namespace glass::viz {

Image decode_png(std::string_view file, const std::string& path, Index channels) {
  int width = 0, height = 0, found = 0;
  const std::unique_ptr<stbi_uc, void (*)(void*)> pixels(
      stbi_load_from_memory(reinterpret_cast<const stbi_uc*>(file.data()),
                            static_cast<int>(file.size()), &width, &height, &found,
                            static_cast<int>(channels)),
      stbi_image_free);
  if (!pixels) throw FileError(path + ": expected a PNG, found something else");
  Image image(width, height, channels);
  std::copy_n(pixels.get(), image.pixels.size(), image.pixels.begin());
  return image;
}

}  // namespace glass::viz
