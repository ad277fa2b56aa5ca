#pragma once

#include <string>
#include <vector>

#include "viz/image.hpp"

/// PNG and its animated kind, in 8-bit grey or RGB.
/// https://www.w3.org/TR/png-3
namespace glass::inline GLASS_PRECISION::viz {

/// Reads a PNG and converts it to `channels` (1: luminance, 3: RGB; transparency is ignored); of an
/// animation, the first frame. Throws FileError if it is no PNG or is damaged, IoError if it cannot
/// be read.
Image read_png(const std::string& path, Index channels);

/// The text that a PNG of ours carries (a tEXt chunk with keyword "glassgrad"); empty if there is
/// none. Throws as `read_png` does, but does not look into the pixels.
std::string read_png_text(const std::string& path);

/// The bytes of a PNG file without text.
std::string encode_png(const Image& image);

/// Writes atomically: the file appears whole or not at all. `text` goes along if it is not empty;
/// it must be ASCII without NUL, or std::logic_error is thrown. Throws IoError.
void write_png(const std::string& path, const Image& image, const std::string& text = {});

/// How long a frame is shown, in milliseconds, at most 65535.
struct FrameTimes {
  int frame_ms = 100;
  int hold_last_ms = 0;  ///< for the last frame, if longer
};

/// Writes frames of one size as an animation that never ends (APNG). Programs that know only PNG
/// show the first frame. `text` and errors as of `write_png`; ShapeError if the frames differ in
/// size or channels, if there are none, or if a time is out of range.
void write_animation(const std::string& path, const std::vector<Image>& frames,
                     const FrameTimes& times, const std::string& text = {});

}  // namespace glass::inline GLASS_PRECISION::viz
