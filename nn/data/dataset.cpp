#include "nn/data/dataset.hpp"

#include <algorithm>
#include <cmath>

namespace glass::data {

Dataset split_last(Dataset& data, Index count) {
  require(count >= 0 && count <= data.size(), "split_last: cannot take ", count, " of ",
          data.size(), " images");
  const Index first = data.size() - count;
  const auto labels = data.labels.begin() + first;
  const auto pixels = data.pixels.begin() + first * data.image_shape.size();
  Dataset last{data.image_shape, {pixels, data.pixels.end()}, {labels, data.labels.end()}};
  data.pixels.erase(pixels, data.pixels.end());
  data.labels.erase(labels, data.labels.end());
  return last;
}

std::vector<double> usual_pixel(const Dataset& data) {
  constexpr std::uint8_t nearly = 12;
  const Index channels = data.image_shape[0], area = data.image_shape[1] * data.image_shape[2];
  std::vector<double> usual;
  for (Index c = 0; c < channels; ++c) {
    double black = 0, white = 0, sum = 0;
    for (Index n = 0; n < data.size(); ++n) {
      const std::uint8_t* plane = data.pixels.data() + (n * channels + c) * area;
      for (const std::uint8_t pixel : std::span(plane, static_cast<std::size_t>(area))) {
        black += pixel <= nearly;
        white += pixel >= 255 - nearly;
        sum += pixel;
      }
    }
    const auto count = static_cast<double>(data.size() * area);
    const double mean = std::round(1e4 * sum / (255 * count)) / 1e4;
    const bool has_ground = 3 * std::max(black, white) > count;
    usual.push_back(!has_ground ? mean : black > white ? 0 : 1);
  }
  return usual;
}

Batch make_batch(const Dataset& data, std::span<const Index> places) {
  const Shape& shape = data.image_shape;
  Batch batch;
  batch.images = Tensor::empty({static_cast<Index>(places.size()), shape[0], shape[1], shape[2]});
  real* out = batch.images.mutable_data();
  for (const Index place : places) {
    const std::uint8_t* image = data.pixels.data() + place * shape.size();
    out = std::transform(image, image + shape.size(), out,
                         [](std::uint8_t byte) { return static_cast<real>(byte) / 255; });
    batch.labels.push_back(data.labels[static_cast<std::size_t>(place)]);
  }
  return batch;
}

}  // namespace glass::data
