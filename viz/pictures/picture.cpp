#include "viz/pictures/picture.hpp"

#include "nn/io/file_kind.hpp"
#include "viz/pictures/jpeg.hpp"
#include "viz/pictures/png_chunks.hpp"

namespace glass::viz {

namespace {

bool is_jpeg(std::string_view file, const std::string& path) {
  if (file.starts_with(jpeg_signature)) return true;
  if (file.starts_with(png::signature)) return false;
  const auto kind = nn::file_kind(file);
  throw FileError(text(path, ": expected a PNG or JPEG image, found ", nn::file_kind_text(file),
                       kind && kind->is_picture
                           ? "; save it as JPEG or PNG, or convert it: magick FILE picture.png"
                           : ""));
}

}  // namespace

PictureSize picture_size(std::string_view file, const std::string& path) {
  if (!is_jpeg(file, path)) return png_size(file, path);
  const JpegHeader header = read_jpeg_header(file, path);
  if (header.orientation >= 5) return {header.height, header.width};
  return {header.width, header.height};
}

Image decode_picture(std::string_view file, const std::string& path, Index channels) {
  return is_jpeg(file, path) ? decode_jpeg(file, path, channels) : decode_png(file, path, channels);
}

}  // namespace glass::viz
