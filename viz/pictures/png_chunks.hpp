#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "autograd/error.hpp"
#include "nn/io/big_endian.hpp"

/// What a PNG file is made of: a signature, then chunks, the last of them IEND. A chunk has the
/// length of its data (4 bytes), a type (4), the data, and the CRC of type and data (4). Numbers are
/// big-endian.
/// https://www.w3.org/TR/png-3/#5DataRep
namespace glass::viz::png {

inline constexpr std::string_view signature = "\x89PNG\r\n\x1a\n";  ///< the first 8 bytes

/// Views into the file.
struct Chunk {
  std::string_view type, data;  ///< 4 letters, and what they announce
};

/// Walks over the chunks of a file. Throws FileError, naming `path`, unless the file is a PNG whose
/// chunks are whole, fit their CRC, and end with IEND at the end of the file.
class ChunkReader {
 public:
  /// Reads the signature. Both must outlive this.
  ChunkReader(std::string_view file, const std::string& path);

  /// The next chunk; nothing after IEND.
  std::optional<Chunk> next();

 private:
  std::string_view file_, rest_;
  const std::string& path_;
  bool ended_ = false;
};

/// A chunk, ready to be written.
std::string make_chunk(std::string_view type, std::string_view data);

/// The last `bytes` bytes of `value`.
std::string big_endian(std::uint32_t value, int bytes = 4);
/// The number in 4 bytes.
inline std::uint32_t read_number(std::string_view bytes, std::size_t place = 0) {
  return static_cast<std::uint32_t>(nn::big_endian(bytes.substr(place, 4)));
}

}  // namespace glass::viz::png
