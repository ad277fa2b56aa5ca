#pragma once

#include "viz/pictures/png.hpp"

/// Picture files of the kinds that are read: PNG and JPEG, told apart by their first bytes.
namespace glass::viz {

/// How large the picture in the bytes of a file is, after all checks that come before its pixels are
/// decoded. Throws FileError, naming `path`, if one fails; of other kinds of pictures it says how to
/// convert them.
PictureSize picture_size(std::string_view file, const std::string& path);

/// The picture, as `decode_png` or `decode_jpeg` gives it. Throws as they and `picture_size` do.
Image decode_picture(std::string_view file, const std::string& path, Index channels);

}  // namespace glass::viz
