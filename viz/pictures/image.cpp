#include "viz/pictures/image.hpp"

#include <stb_image_resize.h>

#include <algorithm>
#include <cmath>

#include "viz/pictures/text.hpp"

namespace glass::viz {

namespace {

std::uint8_t to_byte(real value) {
  return static_cast<std::uint8_t>(std::lround(std::clamp(value, real(0), real(1)) * 255));
}

/// Channels without colours: each a grey tile, in a grid about as wide as high.
Image tiled(const real* value, Index channels, Index height, Index width) {
  const auto columns = static_cast<Index>(std::ceil(std::sqrt(static_cast<double>(channels))));
  const Index rows = (channels + columns - 1) / columns;
  Image image(columns * (width + 1) - 1, rows * (height + 1) - 1, 1, paper);
  for (Index c = 0; c < channels; ++c)
    for (Index y = 0; y < height; ++y)
      for (Index x = 0; x < width; ++x) {
        image.at(c % columns * (width + 1) + x, c / columns * (height + 1) + y) = to_byte(*value++);
      }
  return image;
}

}  // namespace

Image to_image(const Tensor& images, Index n) {
  const Shape& shape = images.shape();
  require(shape.rank() == 4 && n >= 0 && n < shape[0], "image: expects picture ", n,
          " of [N,C,H,W], got ", shape);
  const real* value = images.data() + n * shape[1] * shape[2] * shape[3];
  if (shape[1] != 1 && shape[1] != 3) return tiled(value, shape[1], shape[2], shape[3]);
  Image image(shape[3], shape[2], shape[1]);
  for (Index c = 0; c < image.channels; ++c)
    for (Index y = 0; y < image.height; ++y)
      for (Index x = 0; x < image.width; ++x) image.at(x, y, c) = to_byte(*value++);
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

namespace {

int narrowed(Index i) { return static_cast<int>(i); }

void check_memory(int done, Size2 size) {
  if (!done) throw Error(text("resize: no memory for ", size.w, "x", size.h, " pixels"));
}

}  // namespace

Image resize(const Image& image, Index width, Index height) {
  Image result(width, height, image.channels);
  check_memory(stbir_resize_uint8(image.pixels.data(), narrowed(image.width),
                                  narrowed(image.height), 0, result.pixels.data(), narrowed(width),
                                  narrowed(height), 0, narrowed(image.channels)),
               {height, width});
  return result;
}

Tensor resize(const Tensor& images, Size2 size) {
  const Shape& shape = images.shape();
  const Index H = shape[2], W = shape[3], planes = shape[0] * shape[1];
  if (Size2(H, W) == size) return images.clone();
  Tensor result = Tensor::empty({shape[0], shape[1], size.h, size.w});
  std::vector<float> from(static_cast<std::size_t>(H * W)),
      to(static_cast<std::size_t>(size.h * size.w));
  for (Index plane = 0; plane < planes; ++plane) {
    std::copy_n(images.data() + plane * H * W, from.size(), from.begin());
    check_memory(stbir_resize_float(from.data(), narrowed(W), narrowed(H), 0, to.data(),
                                    narrowed(size.w), narrowed(size.h), 0, 1),
                 size);
    std::ranges::copy(to, result.mutable_data() + plane * size.h * size.w);
  }
  return result;
}

}  // namespace glass::viz
