#include "viz/image.hpp"

#include <stb_image_resize.h>

#include <algorithm>
#include <cmath>

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
  real* value = tensor.mutable_data();
  for (Index c = 0; c < image.channels; ++c)
    for (Index y = 0; y < image.height; ++y)
      for (Index x = 0; x < image.width; ++x) *value++ = static_cast<real>(image.at(x, y, c)) / 255;
  return tensor;
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
