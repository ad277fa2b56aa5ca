#pragma once

#include "viz/pictures/image.hpp"
#include "viz/pictures/png_chunks.hpp"

/// What stands in a PNG before its pixels. Numbers in comments are sections of the standard,
/// https://www.w3.org/TR/png-3.
namespace glass::viz::png {

/// Colour types (6.1).
enum Colour { grey = 0, rgb = 2, indexed = 3, grey_alpha = 4, rgb_alpha = 6 };

/// What IHDR says (11.2.1).
struct Header {
  Index width, height;  ///< in pixels
  int depth, colour;    ///< bits of a number; a Colour
  bool interlaced;      ///< in the seven passes of Adam7

  /// 1 to 4 numbers of `depth` bits.
  int samples_per_pixel() const;
  /// Of so many pixels, without the filter.
  std::size_t row_bytes(Index pixels) const {
    return static_cast<std::size_t>(pixels * samples_per_pixel() * depth + 7) / 8;
  }
};

/// Views into the file.
struct Preface {
  Header header;                           ///< the first chunk
  std::string_view palette, transparency;  ///< data of PLTE and tRNS, empty if there is none
};

/// Goes over all chunks, so that checksums and order (5.6) are right before anything is decoded.
/// Throws FileError, naming `path`, if they are not, or if no picture of this size is read.
Preface read_preface(ChunkReader chunks, const std::string& path);

}  // namespace glass::viz::png
