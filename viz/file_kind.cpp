#include "viz/file_kind.hpp"

#include "nn/printable.hpp"

namespace glass::inline GLASS_PRECISION::viz {

namespace {

using namespace std::string_view_literals;

struct Kind {
  std::size_t place;
  std::string_view mark;
  const char* name;
};

constexpr Kind kinds[] = {
    {0, "\x89PNG\r\n\x1a\n"sv, "a PNG image"},
    {0, "\xff\xd8\xff"sv, "a JPEG image"},
    {0, "GIF8"sv, "a GIF image"},
    {8, "WEBP"sv, "a WebP image"},
    {0, "II*\0"sv, "a TIFF image"},
    {0, "MM\0*"sv, "a TIFF image"},
    {4, "ftyp"sv, "an image or film of the HEIC, AVIF or MP4 family"},
    {0, "%PDF"sv, "a PDF document"},
    {0, "\x93NUMPY"sv, "a NumPy array"},
    {0, "PK\3\4"sv, "a zip archive"},
    {0, "\x1f\x8b"sv, "a gzip file"},
    {257, "ustar"sv, "a tar archive"},
};

bool has(std::string_view bytes, std::size_t place, std::string_view mark) {
  return bytes.size() > place && bytes.substr(place).starts_with(mark);
}

/// "BM" alone also begins words.
bool is_bmp(std::string_view bytes) { return has(bytes, 0, "BM") && has(bytes, 6, "\0\0\0\0"sv); }

bool is_markup(std::string_view bytes) {
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
  const std::size_t first = bytes.find_first_not_of(" \t\r\n");
  return first != bytes.npos && bytes[first] == '<';
}

}  // namespace

std::string file_kind(std::string_view bytes) {
  if (bytes.empty()) return "an empty file";
  for (const auto& [place, mark, name] : kinds) {
    if (has(bytes, place, mark)) return name;
  }
  if (is_bmp(bytes)) return "a BMP image";
  if (is_markup(bytes)) return "a web page or another kind of markup";
  return "a file that begins with '" + nn::printable(bytes.substr(0, 8)) + "'";
}

}  // namespace glass::inline GLASS_PRECISION::viz
