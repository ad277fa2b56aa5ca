#include "viz/image.hpp"

#include <stb_image.h>
#include <stb_image_resize.h>
#include <stb_image_write.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "nn/files.hpp"

namespace glass::inline GLASS_PRECISION::viz {

Image to_image(const Tensor& images, Index n) {
  const Shape& shape = images.shape();
  require(shape.rank() == 4 && (shape[1] == 1 || shape[1] == 3) && n >= 0 && n < shape[0],
          "image: expects picture ", n, " of [N,1 or 3,H,W], got ", shape);
  Image image(shape[3], shape[2], shape[1]);
  const real* value = images.data() + n * shape[1] * shape[2] * shape[3];
  for (Index c = 0; c < image.channels; ++c)
    for (Index y = 0; y < image.height; ++y)
      for (Index x = 0; x < image.width; ++x) {
        const real clipped = std::clamp(*value++, real(0), real(1));
        image.at(x, y, c) = static_cast<std::uint8_t>(std::lround(clipped * 255));
      }
  return image;
}

Tensor to_tensor(const Image& image) {
  Tensor tensor = Tensor::empty({1, image.channels, image.height, image.width});
  real* value = tensor.data();
  for (Index c = 0; c < image.channels; ++c)
    for (Index y = 0; y < image.height; ++y)
      for (Index x = 0; x < image.width; ++x) *value++ = static_cast<real>(image.at(x, y, c)) / 255;
  return tensor;
}

Image read_png(const std::string& path, Index channels) {
  const std::string bytes = nn::read_file(path);
  int width = 0, height = 0, found = 0;
  const std::unique_ptr<stbi_uc, decltype(&stbi_image_free)> pixels(
      stbi_load_from_memory(reinterpret_cast<const stbi_uc*>(bytes.data()),
                            static_cast<int>(bytes.size()), &width, &height, &found,
                            static_cast<int>(channels)),
      &stbi_image_free);
  if (!pixels) {
    const char* reason = stbi_failure_reason();
    throw FileError(text(path, ": expected a PNG image, got something else or a damaged one (",
                         reason && *reason ? reason : "no reason given", ")"));
  }
  Image image(width, height, channels);
  std::copy_n(pixels.get(), image.pixels.size(), image.pixels.begin());
  return image;
}

void write_png(const std::string& path, const Image& image) {
  std::string bytes;
  const auto append = [](void* context, void* data, int size) {
    static_cast<std::string*>(context)->append(static_cast<const char*>(data),
                                               static_cast<std::size_t>(size));
  };
  const bool ok = stbi_write_png_to_func(append, &bytes, static_cast<int>(image.width),
                                         static_cast<int>(image.height),
                                         static_cast<int>(image.channels), image.pixels.data(),
                                         static_cast<int>(image.width * image.channels)) != 0;
  if (!ok) throw IoError(path + ": the PNG encoder ran out of memory");
  nn::write_file(path, bytes);
}

Image resize(const Image& image, Index width, Index height) {
  Image result(width, height, image.channels);
  const auto narrow = [](Index i) { return static_cast<int>(i); };
  if (!stbir_resize_uint8(image.pixels.data(), narrow(image.width), narrow(image.height), 0,
                          result.pixels.data(), narrow(width), narrow(height), 0,
                          narrow(image.channels))) {
    throw Error(text("resize: no memory for ", width, "x", height, " pixels"));
  }
  return result;
}

}  // namespace glass::inline GLASS_PRECISION::viz
