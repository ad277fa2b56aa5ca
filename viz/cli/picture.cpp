#include "viz/cli/picture.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "autograd/ops.hpp"
#include "nn/io/file_kind.hpp"
#include "nn/io/files.hpp"
#include "nn/printable.hpp"
#include "nn/suggestion.hpp"
#include "viz/cli/program.hpp"
#include "viz/fitted.hpp"
#include "viz/pictures/fit.hpp"
#include "viz/pictures/npy.hpp"
#include "viz/pictures/picture.hpp"
#include "viz/start.hpp"

namespace glass::viz::cli {

namespace {

constexpr std::string_view array_signature = "\x93NUMPY";

/// The network's input in words.
std::string wanted(const nn::Model& model) {
  const Shape& in = model.input_shape;
  return text(model.name, " takes pictures of ", in[0],
              in[0] == 1 ? " channel and " : " channels and ", in[2], "x", in[1], " pixels");
}

bool fits(const nn::Model& model, PictureSize size) {
  return size.width == model.input_shape[2] && size.height == model.input_shape[1];
}

/// Whether --size would do: pictures of this size give what the network's own give.
bool takes(const nn::Model& model, PictureSize size) {
  const Shape& in = model.input_shape;
  try {
    return model.output_shape({1, in[0], size.height, size.width}) ==
           model.output_shape({1, in[0], in[1], in[2]});
  } catch (const ShapeError&) {
    return false;
  }
}

void refuse_size(const std::string& path, const nn::Model& model, PictureSize found) {
  const Index channels = model.input_shape[0];
  std::string advice = channels == 1   ? "--resize resamples it, --fit finds a digit in it"
                       : channels == 3 ? "--resize resamples it"
                                       : "";
  if (takes(model, found)) {
    advice += text(advice.empty() ? "" : ", ", "--size ", Size2(found.height, found.width),
                   " takes it as it is");
  }
  if (!advice.empty()) advice = " (" + advice + ')';
  throw FileError(text(path, ": ", model.name, " needs ", model.input_shape[2], "x",
                       model.input_shape[1], " pixels, the image has ", found.width, "x",
                       found.height, advice));
}

void expect_size(const std::string& path, const nn::Model& model, PictureSize found,
                 const PictureOptions& options) {
  const bool any = options.any_size || options.resize || options.fit;
  if (!any && !fits(model, found)) refuse_size(path, model, found);
}

/// From [1,C,H,W], [C,H,W] or, of one channel, [H,W] to [1,C,H,W].
Tensor read_array(const std::string& path, const nn::Model& model, const PictureOptions& options) {
  const Index channels = model.input_shape[0];
  const Tensor array = read_npy(path, [&](const Shape& shape) {
    const int rank = shape.rank();
    const bool one = (rank == 4 && shape[0] == 1) || rank == 3 || (rank == 2 && channels == 1);
    if (!one || (rank > 2 && shape[rank - 3] != channels)) {
      throw FileError(text(path, ": ", wanted(model), ": expected an array ", model.input_shape,
                           ", found ", shape));
    }
    const PictureSize size{shape[rank - 1], shape[rank - 2]};
    expect_readable_size(size.width, size.height, path);
    expect_size(path, model, size, options);
  });
  const Shape& shape = array.shape();
  const int rank = shape.rank();
  expect_pixels(array, path);
  return reshape(array, {1, channels, shape[rank - 2], shape[rank - 1]});
}

/// Also checks the size, before the pixels are decoded, if it must be right.
Image read_image(nn::InputFile& file, const std::string& path, const nn::Model& model,
                 const PictureOptions& options) {
  const Index channels = model.input_shape[0];
  file.expect_at_most(max_picture_bytes);
  const std::string bytes = file.all();
  const PictureSize size = picture_size(bytes, path);
  if (channels != 1 && channels != 3) {
    throw FileError(text(path, ": ", wanted(model), ": expected an array ", model.input_shape,
                         ", .npy, found a picture (input.shape is [channels, height, width])"));
  }
  expect_size(path, model, size, options);
  return decode_picture(bytes, path, options.fit ? 3 : channels);
}

/// Whether the network is used to light things on black.
bool expects_light_on_dark(const nn::Model& model) {
  return model.input_shape[0] == 1 && centre_of(model).front() < 0.25;
}

Tensor sized(const Image& image, const std::string& path, const nn::Model& model,
             const PictureOptions& options) {
  if (options.any_size) return to_tensor(image);
  if (options.fit) {
    const std::optional<Image> found = fitted(image, model);
    if (!found) throw FileError(path + ": expected a picture of a digit, found no ink in it");
    return to_tensor(*found);
  }
  if (expects_light_on_dark(model) && is_dark_on_light(image)) {
    notice(text(path, " looks like dark ink on light paper, and ", model.name,
                " knows light on black: --fit makes it so"));
  }
  if (fits(model, {image.width, image.height})) return to_tensor(image);
  return to_tensor(resize(image, model.input_shape[2], model.input_shape[1]));
}

}  // namespace

void add_picture_options(Command& command, PictureOptions& options) {
  const Option& resize =
      command.option("--resize", options.resize, "Resample a picture of another size");
  command
      .option("--fit", options.fit,
              "Find the digit in a photograph and make it as MNIST's are: light on black, of their "
              "size, thickness and place; of colours, crop and resample")
      .excludes(resize);
  command.output("--seen FILE.png", options.seen, "Also write what the network gets to see");
}

Tensor read_picture(const std::string& path, const nn::Model& model,
                    const PictureOptions& options) {
  const Index channels = model.input_shape[0];
  const bool drawable = channels == 1 || channels == 3;
  if (!drawable && (options.fit || options.resize)) {
    throw UsageError(text("--fit, --resize: ", model.name, " takes ", channels,
                          " channels, and pictures have 1 or 3"));
  }
  nn::InputFile file(path);
  Tensor picture;
  if (file.first(nn::telling_bytes).starts_with(array_signature)) {
    picture = read_array(path, model, options);
    const bool as_it_is = options.any_size || fits(model, {picture.shape()[3], picture.shape()[2]});
    if (options.fit || !as_it_is) {
      picture = sized(to_image(picture, 0), path, model, options);
    }
  } else {
    picture = sized(read_image(file, path, model, options), path, model, options);
  }
  return picture;
}

void expect_pixels(const Tensor& array, const std::string& path) {
  const auto is_pixel = [](real value) { return value >= 0 && value <= 1; };
  const auto wrong = std::ranges::find_if_not(array.values(), is_pixel);
  if (wrong != array.values().end()) {
    throw FileError(text(path, ": expected pixels from 0 to 1, found ", *wrong));
  }
}

void expect_path(const std::string& option, const std::string& path,
                 const std::vector<std::string>& words) {
  std::error_code why;  // a link that leads nowhere, or a name that is too long, is no word either
  const std::filesystem::file_type found = std::filesystem::symlink_status(path, why).type();
  if (path.find_first_of("./") != path.npos || found != std::filesystem::file_type::not_found)
    return;
  throw UsageError("--" + option + ' ' + path + ": expected " + nn::comma_list(words) +
                   " or a picture, found no such file" + nn::did_you_mean(path, words));
}

void write_seen(const PictureOptions& options, const Tensor& picture) {
  if (!options.seen.empty()) write_png(options.seen, to_image(picture, 0));
}

}  // namespace glass::viz::cli
