#include "weights/starting_model.hpp"

#include <algorithm>
#include <cmath>

#include "nn/data/cifar10.hpp"
#include "nn/io/files.hpp"
#include "nn/layers.hpp"
#include "viz/pictures/data.hpp"
#include "viz/pictures/picture.hpp"

namespace glass::training {

namespace {

constexpr std::size_t pictures_looked_at = 20;  ///< of each class
constexpr Index smallest_side = 8, usual_side = 28, largest_side = 64;

/// What suits these pictures, as far as they can be read: [C,H,W].
Shape input_for(const viz::ClassFolders& classes) {
  std::vector<Index> shorter;
  Index width = 0, height = 0;
  bool all_grey = true, one_size = true;
  for (const auto& one : classes) {
    for (const std::string& path :
         std::span(one.second).first(std::min(one.second.size(), pictures_looked_at))) {
      try {
        const viz::Image image =
            viz::decode_picture(nn::read_file(path, viz::max_picture_bytes), path, 3);
        if (shorter.empty()) {
          width = image.width;
          height = image.height;
        }
        one_size &= image.width == width && image.height == height;
        all_grey &= viz::is_grey(image);
        shorter.push_back(std::min(image.width, image.height));
      } catch (const FileError&) {  // named when all pictures are read
      } catch (const IoError&) {
      }
    }
  }
  const Index channels = all_grey ? 1 : 3;
  if (one_size && std::min(width, height) >= smallest_side &&
      std::max(width, height) <= largest_side) {
    return {channels, height, width};
  }
  std::ranges::sort(shorter);
  const Index median = shorter.empty() ? usual_side : shorter[shorter.size() / 2];
  const Index side = std::clamp(median, usual_side, largest_side);
  return {channels, side, side};
}

}  // namespace

nn::Model starting_model(const std::string& name, const std::string& folder,
                         const std::vector<std::string>& picked) {
  nn::Model model;
  model.name = name;
  auto classes = static_cast<Index>(picked.size());
  if (const auto pictures = viz::pictures_in(folder)) {
    model.input_shape = input_for(pictures->training);
    if (picked.empty()) classes = static_cast<Index>(pictures->training.size());
  } else {  // as distributed: what reads it says if it is not
    const bool cifar10 = std::ranges::any_of(viz::data_files(folder), [](const std::string& path) {
      return path.find("data_batch_") != path.npos;
    });
    model.input_shape = cifar10 ? data::cifar10_shape : Shape{1, 28, 28};
    if (picked.empty()) classes = 10;
  }
  if (classes < 2) throw FileError(folder + ": expected pictures of at least two classes");

  Shape shape = model.input_shape;  // of what the next block reads
  for (Index width = 32; std::min(shape[1], shape[2]) >= smallest_side;
       width = std::min<Index>(2 * width, 128)) {
    for (const Index channels : {shape[0], width}) {
      model.layers
          .add(nn::Conv2d(
              {.in_channels = channels, .out_channels = width, .kernel_size = 3, .padding = 1}))
          .add(nn::BatchNorm2d({.num_features = width}))
          .add(nn::ReLU());
    }
    model.layers.add(nn::AvgPool2d({.kernel_size = 2}));
    shape = {width, shape[1] / 2, shape[2] / 2};
  }
  model.layers.add(nn::Flatten())
      .add(nn::Linear({.in_features = shape.size(), .out_features = 128}))
      .add(nn::ReLU())
      .add(nn::Linear({.in_features = 128, .out_features = classes}));
  return model;
}

void measure_input(nn::Model& model, const data::Dataset& data) {
  const Index channels = data.image_shape[0], area = data.image_shape[1] * data.image_shape[2];
  const auto four_digits = [](double value) { return std::round(1e4 * value) / 1e4; };
  model.mean.clear();
  model.std.clear();
  for (Index c = 0; c < channels; ++c) {
    double sum = 0, squares = 0;  // of whole numbers: exact in whatever order
    for (Index n = 0; n < data.size(); ++n) {
      const std::uint8_t* plane = data.pixels.data() + (n * channels + c) * area;
      for (const double pixel : std::span(plane, static_cast<std::size_t>(area))) {
        sum += pixel;
        squares += pixel * pixel;
      }
    }
    const auto count = static_cast<double>(data.size() * area);
    const double mean = sum / count, variance = squares / count - mean * mean;
    model.mean.push_back(four_digits(mean / 255));
    model.std.push_back(std::max(0.01, four_digits(std::sqrt(std::max(0., variance)) / 255)));
  }
}

}  // namespace glass::training
