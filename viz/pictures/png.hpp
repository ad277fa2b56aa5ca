#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "viz/pictures/image.hpp"
#include "viz/pictures/limits.hpp"

/// PNG and its animated kind. Read in every form that the standard has, written in 8-bit grey or
/// RGB.
/// https://www.w3.org/TR/png-3
namespace glass::viz {

/// The size of a PNG, with all that `decode_png` checks before it looks at the pixels.
PictureSize png_size(std::string_view file, const std::string& path);

/// The picture in the bytes of a PNG file, converted to `channels` (1: luminance, 3: RGB) of 8 bits,
/// rounded to the nearest. What is transparent shows white paper, as in a browser; gamma and colour
/// profiles are not applied. Of an animation, the first frame. `path` names the file in messages.
///
/// Throws FileError unless the bytes are a PNG by the standard, with right checksums, exactly as
/// many pixels as announced and nothing behind them. Nothing is unpacked that was not announced.
Image decode_png(std::string_view file, const std::string& path, Index channels);

/// `decode_png` of a file. Throws IoError if it cannot be read, FileError, before reading it, if it
/// is too large.
Image read_png(const std::string& path, Index channels);

/// The text that a PNG of ours carries (a tEXt chunk with keyword "glassgrad"); empty if there is
/// none. Throws as `decode_png` and `read_png` do, but does not look into the pixels.
std::string decode_png_text(std::string_view file, const std::string& path);
/// `decode_png_text` of a file.
std::string read_png_text(const std::string& path);

/// The bytes of a PNG file. `text` goes along if it is not empty; it must be ASCII without NUL, or
/// std::logic_error is thrown.
std::string encode_png(const Image& image, const std::string& text = {});

/// Writes them atomically: the file appears whole or not at all. Throws as `encode_png`, and IoError.
void write_png(const std::string& path, const Image& image, const std::string& text = {});

/// How long a frame is shown, in milliseconds, at most 65535.
struct FrameTimes {
  int frame_ms = 100;    ///< for each frame
  int hold_last_ms = 0;  ///< for the last frame, if longer
};

/// Writes frames of one size as an animation that never ends (APNG). Programs that know only PNG
/// show the first frame. `text` and errors as of `write_png`; ShapeError if the frames differ in
/// size or channels, if there are none, or if a time is out of range.
void write_animation(const std::string& path, const std::vector<Image>& frames,
                     const FrameTimes& times, const std::string& text = {});

}  // namespace glass::viz
