#pragma once

#include <string>

#include "autograd/tensor.hpp"

/// Which picture files are read, of all kinds.
namespace glass::viz {

inline constexpr Index max_picture_side = 8192;                         ///< pixels
inline constexpr Index max_picture_pixels = Index{1} << 24;             ///< a photo's 16 megapixels
inline constexpr std::size_t max_picture_bytes = std::size_t{1} << 26;  ///< if it does not compress

/// How large a picture is, in pixels.
struct PictureSize {
  Index width, height;  ///< as one sees it
};

/// Throws FileError, naming `path`, unless a picture of this size is read.
void expect_readable_size(Index width, Index height, const std::string& path);

}  // namespace glass::viz
