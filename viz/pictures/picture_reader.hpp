#pragma once

#include <functional>
#include <string>

#include "nn/data/dataset.hpp"
#include "viz/pictures/class_folders.hpp"
#include "viz/pictures/image.hpp"

namespace glass::viz {

/// Is told what a user should know of a data set that was read nonetheless, one line at a time.
using Tell = std::function<void(const std::string& line)>;

/// How many files that cannot be read are told, each with its reason.
inline constexpr Index most_named = 10;

/// Reads the pictures of a folder for a network's input, and remembers what there is to tell of them.
class PictureReader {
 public:
  /// `folder` is what messages call it, `shape` the input's, [C,H,W] with 1 or 3 channels. Keeps
  /// references.
  PictureReader(const std::string& folder, const Shape& shape, const Tell& tell)
      : folder_(folder), shape_(shape), tell_(tell) {}

  /// The pictures of a class, in this order, that can be read: decoded to the input's channels (colours
  /// to luminance, grey to three equal channels) and resampled to its size, several at once. The others
  /// are left out, and the first `most_named` told.
  data::Dataset read(const std::vector<std::string>& paths, Index label);
  /// Tells how many more were left out, what was left aside in the folder, and how many pictures were
  /// changed to fit; nothing of what did not happen.
  void tell_all(const PictureFolder& found) const;

 private:
  void leave_out(const std::string& reason);

  const std::string& folder_;
  const Shape& shape_;
  const Tell& tell_;
  Index read_ = 0, unreadable_ = 0, resampled_ = 0, recoloured_ = 0;
};

/// Whether all pixels of a picture of 3 channels are grey.
bool is_grey(const Image& image);

}  // namespace glass::viz
