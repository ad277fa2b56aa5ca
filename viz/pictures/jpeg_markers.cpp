#include "viz/pictures/jpeg_markers.hpp"

#include <algorithm>

#include "nn/io/file_kind.hpp"
#include "viz/pictures/jpeg.hpp"

namespace glass::viz::jpeg {

namespace {

using namespace std::string_view_literals;

std::uint8_t byte_at(std::string_view bytes, std::size_t place) {
  return static_cast<std::uint8_t>(bytes[place]);
}

/// Numbers in either order, as the first bytes say. Outside of the data are zeros.
class Tiff {
 public:
  explicit Tiff(std::string_view data) : data_(data), little_(data.starts_with("II")) {}

  std::size_t number(std::size_t place, std::size_t bytes) const {
    if (place > data_.size() || bytes > data_.size() - place) return 0;
    std::string digits(data_.substr(place, bytes));
    if (little_) std::ranges::reverse(digits);
    return nn::big_endian(digits);
  }

 private:
  std::string_view data_;
  bool little_;
};

}  // namespace

SegmentReader::SegmentReader(std::string_view file, const std::string& path)
    : rest_(file), path_(path) {
  expect(file.starts_with(jpeg_signature), path, "expected a JPEG image, found ",
         nn::file_kind_text(file));
  rest_.remove_prefix(2);
}

std::optional<Segment> SegmentReader::next() {
  const auto more = [&](std::size_t bytes) {
    expect(rest_.size() >= bytes, path_,
           "expected JPEG segments up to the end of the picture, found the end of the file");
  };
  more(2);
  expect(rest_[0] == '\xff', path_, "expected a JPEG marker, found byte ", int{byte_at(rest_, 0)});
  while (rest_.starts_with("\xff\xff"sv)) rest_.remove_prefix(1);  // any number of them may be
  more(2);
  const std::uint8_t marker = byte_at(rest_, 1);
  rest_.remove_prefix(2);
  if (marker == end_of_image) return {};
  more(2);
  const auto length = static_cast<std::size_t>(number_at(rest_, 0));
  expect(length >= 2 && length <= rest_.size(), path_, "JPEG segment ", int{marker}, ": expected ",
         length, " bytes, found the end of the file");
  const Segment segment{marker, rest_.substr(2, length - 2)};
  rest_.remove_prefix(length);
  return segment;
}

Coded SegmentReader::skip_coded() {
  Coded coded;
  for (;;) {
    const std::size_t place = rest_.find('\xff');
    expect(place != rest_.npos && place + 1 < rest_.size(), path_,
           "the pixels are cut off: expected the end of the picture, found the end of the file");
    coded.bytes += place;
    rest_.remove_prefix(place);
    const std::uint8_t code = byte_at(rest_, 1);
    const bool is_restart = code >= restart && code < start_of_image;
    if (code != 0 && code != 0xff && !is_restart) return coded;
    expect(!is_restart || code - restart == static_cast<int>(coded.restarts % 8), path_,
           "the pixels are damaged: expected restart marker ", coded.restarts % 8, ", found ",
           code - restart);
    coded.restarts += is_restart;
    coded.bytes += code == 0;
    rest_.remove_prefix(code == 0xff ? 1 : 2);
  }
}

/// https://www.cipa.jp/std/documents/download_e.html?DC-008-Translation-2023-E, 4.5 and 4.6.4
int exif_orientation(std::string_view data) {
  constexpr std::string_view name = "Exif\0\0"sv;
  constexpr std::size_t orientation = 0x0112, entry_bytes = 12, short_type = 3;
  if (!data.starts_with(name)) return 1;
  const Tiff tiff(data.substr(name.size()));
  const std::size_t directory = tiff.number(4, 4), entries = tiff.number(directory, 2);
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t entry = directory + 2 + i * entry_bytes;
    if (tiff.number(entry, 2) != orientation || tiff.number(entry + 2, 2) != short_type) continue;
    const std::size_t value = tiff.number(entry + 8, 2);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

}  // namespace glass::viz::jpeg
