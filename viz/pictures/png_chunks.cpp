#include "viz/pictures/png_chunks.hpp"

#include <array>

#include "nn/io/file_kind.hpp"
#include "nn/printable.hpp"

namespace glass::viz::png {

namespace {

/// Length, type and CRC.
constexpr std::size_t around_data = 12;

/// The remainder of each byte by the polynomial of CRC-32, whose bits are in reversed order.
constexpr std::array<std::uint32_t, 256> make_remainders() {
  std::array<std::uint32_t, 256> remainders{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t rest = byte;
    for (int bit = 0; bit < 8; ++bit) rest = rest >> 1 ^ (rest & 1 ? 0xedb88320u : 0);
    remainders[byte] = rest;
  }
  return remainders;
}

/// CRC-32, as the PNG specification has it (annex D).
std::uint32_t checksum(std::string_view bytes) {
  static constexpr auto remainders = make_remainders();
  std::uint32_t rest = 0xffffffff;
  for (const unsigned char byte : bytes) rest = rest >> 8 ^ remainders[(rest ^ byte) & 255];
  return ~rest;
}

}  // namespace

ChunkReader::ChunkReader(std::string_view file, const std::string& path)
    : file_(file), rest_(file), path_(path) {
  expect(file.starts_with(signature), path, "expected a PNG image, found ",
         nn::file_kind_text(file));
  rest_.remove_prefix(signature.size());
}

std::optional<Chunk> ChunkReader::next() {
  if (ended_) return {};
  expect(rest_.size() >= around_data, path_,
         "expected PNG chunks up to IEND, found the end of the ", "file after ", file_.size(),
         " bytes");
  const std::size_t length = read_number(rest_);
  const std::string_view type = rest_.substr(4, 4);
  expect(length <= rest_.size() - around_data, path_, "PNG chunk '", nn::printable(type),
         "': expected ", length, " bytes of data, found the end of the file");
  const std::uint32_t expected = read_number(rest_, 8 + length);
  const std::uint32_t found = checksum(rest_.substr(4, 4 + length));
  expect(found == expected, path_, "PNG chunk '", nn::printable(type), "': expected CRC ", expected,
         ", found ", found, ": the file is damaged");
  const Chunk chunk{type, rest_.substr(8, length)};
  rest_.remove_prefix(around_data + length);
  ended_ = type == "IEND";
  expect(!ended_ || length == 0, path_, "PNG chunk 'IEND': expected no data, found ", length,
         " bytes");
  expect(!ended_ || rest_.empty(), path_, "expected IEND at the end of the file, found ",
         rest_.size(), " bytes after it");
  return chunk;
}

std::string make_chunk(std::string_view type, std::string_view data) {
  const std::string body = std::string(type) += data;
  return big_endian(static_cast<std::uint32_t>(data.size())) + body + big_endian(checksum(body));
}

std::string big_endian(std::uint32_t value, int bytes) {
  std::string out;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    out += static_cast<char>(value >> shift);
  }
  return out;
}

}  // namespace glass::viz::png
