#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "autograd/tensor.hpp"

namespace glass::data {

/// Images and what they show, as bytes: a quarter of the memory that floats would take.
struct Dataset {
  Shape image_shape;                 ///< [C,H,W]
  std::vector<std::uint8_t> pixels;  ///< [N,C,H,W], 0 is black and 255 is white
  std::vector<std::uint8_t> labels;  ///< [N], indices of classes

  Index size() const { return static_cast<Index>(labels.size()); }  ///< number of images
};

/// What may help where a file has more labels than a network has classes.
inline constexpr const char* few_classes =
    "; of more, train --classes or viz judge --data-classes picks some";

/// Moves the last `count` images of `data` into a set of their own. Throws ShapeError if there are
/// not so many.
Dataset split_last(Dataset& data, Index count);

/// The pixel that most are, per channel: black or white if a third of them are nearly that, which is
/// then the ground on which something is drawn; otherwise the mean, in [0, 1] with four digits.
std::vector<double> usual_pixel(const Dataset& data);

/// Images as a network takes them.
struct Batch {
  Tensor images;              ///< [N,C,H,W] in [0, 1]
  std::vector<Index> labels;  ///< [N], indices of classes
};

/// The images of `data` at the given places, which are not checked, in that order.
Batch make_batch(const Dataset& data, std::span<const Index> places);

}  // namespace glass::data
