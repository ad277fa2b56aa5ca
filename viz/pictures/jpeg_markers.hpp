#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "autograd/error.hpp"
#include "nn/io/big_endian.hpp"

/// What a JPEG file is made of: segments, each a marker (0xff and a code), a length of two bytes that
/// counts itself, and data. After the segment of a scan come its pixels, coded; in them a byte 0xff
/// that is no marker has a 0 after it. Numbers are big-endian (ITU-T T.81, B.1).
namespace glass::viz::jpeg {

/// Codes of markers (T.81, table B.1).
enum Marker : std::uint8_t {
  start_of_frame = 0xc0,       ///< baseline; with the kinds of coding up to 0xcf, but for three
  progressive_frame = 0xc2,    ///< SOF2
  huffman_tables = 0xc4,       ///< DHT
  arithmetic_tables = 0xcc,    ///< DAC
  restart = 0xd0,              ///< RST0, and the seven codes after it, in turn
  start_of_image = 0xd8,       ///< SOI
  end_of_image = 0xd9,         ///< EOI
  start_of_scan = 0xda,        ///< SOS
  quantisation_tables = 0xdb,  ///< DQT
  restart_interval = 0xdd,     ///< DRI
  application = 0xe0,          ///< APP0, and the fifteen codes after it
  comment = 0xfe,              ///< COM
};

/// A view into the file.
struct Segment {
  std::uint8_t marker;    ///< its code
  std::string_view data;  ///< without the length
};

/// The coded pixels of a scan.
struct Coded {
  std::size_t bytes = 0;     ///< without markers and what marks a byte as none
  std::size_t restarts = 0;  ///< markers in it
};

/// Walks over the segments of a file. Throws FileError, naming `path`, if one is cut off, or if there
/// is none where one must be.
class SegmentReader {
 public:
  /// Reads the signature. Both must outlive this.
  SegmentReader(std::string_view file, const std::string& path);

  /// The next segment; nothing at the end of the picture.
  std::optional<Segment> next();
  /// After the segment of a scan: its pixels, up to the next marker.
  Coded skip_coded();

 private:
  std::string_view rest_;
  const std::string& path_;
};

/// The number in the two bytes at a place of `bytes`.
inline int number_at(std::string_view bytes, std::size_t place) {
  return static_cast<int>(nn::big_endian(bytes.substr(place, 2)));
}

/// The orientation that EXIF data, which an application segment holds, give the picture: 1 to 8, and
/// 1 if they do not say.
int exif_orientation(std::string_view data);

}  // namespace glass::viz::jpeg
