#include "viz/pictures/picture_reader.hpp"

#include <algorithm>
#include <optional>

#include "autograd/threads.hpp"
#include "nn/io/files.hpp"
#include "nn/printable.hpp"
#include "viz/pictures/picture.hpp"

namespace glass::viz {

namespace {

/// Pixels lie channel by channel in data sets.
void append(data::Dataset& data, const Image& image, Index label) {
  for (Index c = 0; c < image.channels; ++c)
    for (Index y = 0; y < image.height; ++y)
      for (Index x = 0; x < image.width; ++x) data.pixels.push_back(image.at(x, y, c));
  data.labels.push_back(static_cast<std::uint8_t>(label));
}

/// What came of a file.
struct Decoded {
  std::optional<Image> image;  ///< of the input's size and channels
  bool resampled = false, recoloured = false;
  std::string reason;  ///< why there is none
};

Decoded decoded(const std::string& path, const Shape& shape) {
  try {
    nn::InputFile file(path);
    file.expect_at_most(max_picture_bytes);
    const std::string bytes = file.all();
    Image image = decode_picture(bytes, path, 3);
    const bool to_grey = shape[0] == 1, was_grey = is_grey(image);
    if (to_grey) image = decode_picture(bytes, path, 1);
    const bool resampled = image.width != shape[2] || image.height != shape[1];
    if (resampled) image = resize(image, shape[2], shape[1]);
    return {std::move(image), resampled, to_grey != was_grey, ""};
  } catch (const FileError& error) {
    return {{}, false, false, error.what()};
  } catch (const IoError& error) {
    return {{}, false, false, error.what()};
  }
}

/// "3 links", after what the list has already; nothing of none.
void count(std::string& list, Index n, const std::string& one, const std::string& many) {
  if (n > 0) list += text(list.empty() ? "" : ", ", n, ' ', n == 1 ? one : many);
}

}  // namespace

bool is_grey(const Image& image) {
  for (std::size_t i = 0; i < image.pixels.size(); i += 3) {
    if (image.pixels[i] != image.pixels[i + 1]) return false;
    if (image.pixels[i] != image.pixels[i + 2]) return false;
  }
  return true;
}

data::Dataset PictureReader::read(const std::vector<std::string>& paths, Index label) {
  constexpr Index together = 256, work = 1'000'000;  // worth every core
  data::Dataset data{shape_, {}, {}};
  const auto count = static_cast<Index>(paths.size());
  for (Index first = 0; first < count; first += together) {
    std::vector<Decoded> pictures(static_cast<std::size_t>(std::min(together, count - first)));
    kernels::parallel_for(std::ssize(pictures), std::ssize(pictures) * work, [&](Index i, int) {
      pictures[static_cast<std::size_t>(i)] =
          decoded(paths[static_cast<std::size_t>(first + i)], shape_);
    });
    for (const Decoded& one : pictures) {
      if (!one.image) {
        leave_out(one.reason);
        continue;
      }
      ++read_;
      resampled_ += one.resampled;
      recoloured_ += one.recoloured;
      append(data, *one.image, label);
    }
  }
  return data;
}

void PictureReader::leave_out(const std::string& reason) {
  if (++unreadable_ <= most_named) tell_(reason + "; left out");
}

void PictureReader::tell_all(const PictureFolder& found) const {
  if (unreadable_ > most_named) {
    tell_(text(folder_, ": left out ", unreadable_ - most_named, " more that cannot be read"));
  }
  std::string aside, changed;
  count(aside, found.hidden, "hidden file", "hidden files");
  count(aside, found.links, "link", "links");
  count(aside, found.folders, "folder", "folders");
  count(aside, found.others, "other file", "other files");
  if (!aside.empty()) tell_(folder_ + ": left aside " + aside);
  const std::string size = text("resampled to ", shape_[2], 'x', shape_[1], " pixels"),
                    colours = shape_[0] == 1 ? "turned from colours into grey"
                                             : "grey where the network takes colours";
  count(changed, resampled_, size, size);
  count(changed, recoloured_, colours, colours);
  if (!changed.empty()) tell_(text(folder_, ": of ", read_, " pictures, ", changed));
}

}  // namespace glass::viz
