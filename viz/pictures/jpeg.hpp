#pragma once

#include <string>
#include <string_view>

#include "viz/pictures/image.hpp"

/// JPEG, to read only: what telephones make.
/// https://www.w3.org/Graphics/JPEG/itu-t81.pdf
namespace glass::viz {

/// What the first bytes of a JPEG file are.
inline constexpr std::string_view jpeg_signature = "\xff\xd8\xff";

/// What a JPEG says of itself before any pixel is decoded.
struct JpegHeader {
  Index width = 0, height = 0;  ///< as stored
  int orientation = 1;          ///< of EXIF, 1 to 8; from 5 on, width and height change places
};

/// Goes through the whole file, from marker to marker, and decodes nothing. Throws FileError, naming
/// `path`, unless it is a baseline or progressive JPEG of 1, 3 or 4 components of 8 bits, of a size
/// that is read (see limits.hpp), with at least as many bits as its blocks need, all its restart
/// markers, and its end. Bytes after the end are skipped: telephones put more there.
JpegHeader read_jpeg_header(std::string_view file, const std::string& path);

/// The picture in the bytes of a JPEG file, turned as EXIF says, converted to `channels` (1:
/// luminance, 3: RGB). Colour profiles are not applied. Throws FileError as `read_jpeg_header` does,
/// and if the pixels cannot be decoded.
Image decode_jpeg(std::string_view file, const std::string& path, Index channels);

}  // namespace glass::viz
