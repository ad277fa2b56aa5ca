#include "viz/png.hpp"

#include <stb_image.h>
#include <stb_image_write.h>
#include <zlib.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <new>
#include <stdexcept>
#include <string_view>

#include "nn/files.hpp"
#include "nn/printable.hpp"

namespace glass::inline GLASS_PRECISION::viz {

namespace {

using namespace std::string_view_literals;

/// A file is a signature and chunks: length of the data (4 bytes), type (4), data, CRC of type and
/// data (4). Numbers are big-endian.
constexpr std::string_view signature = "\x89PNG\r\n\x1a\n"sv;
constexpr std::size_t around_data = 12;
/// The signature and IHDR, which comes first and holds 13 bytes.
constexpr std::size_t head_bytes = 8 + around_data + 13;
constexpr std::string_view keyword = "glassgrad\0"sv;

struct Chunk {
  std::string_view type, data;
};

template <class... Parts>
void expect(bool ok, const std::string& path, const Parts&... parts) {
  if (!ok) throw FileError(text(path, ": ", parts...));
}

/// The last `bytes` bytes of `value`.
std::string big_endian(std::uint32_t value, int bytes = 4) {
  std::string out;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
    out += static_cast<char>(value >> shift);
  return out;
}

std::uint32_t read_big_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char byte : bytes.substr(0, 4)) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

std::uint32_t checksum(std::string_view bytes) {
  return static_cast<std::uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
}

/// All chunks up to IEND, checked against their CRC.
std::vector<Chunk> read_chunks(std::string_view bytes, const std::string& path) {
  expect(bytes.starts_with(signature), path,
         "expected a PNG image, found a file that begins with '",
         nn::printable(bytes.substr(0, signature.size())), "'");
  std::vector<Chunk> chunks;
  std::string_view rest = bytes.substr(signature.size());
  do {
    expect(rest.size() >= around_data, path,
           "expected PNG chunks up to IEND, found the end of the file after ", bytes.size(),
           " bytes");
    const std::size_t length = read_big_endian(rest);
    const std::string_view type = rest.substr(4, 4);
    expect(length <= rest.size() - around_data, path, "PNG chunk '", nn::printable(type),
           "': expected ", length, " bytes of data, found the end of the file");
    const std::uint32_t expected = read_big_endian(rest.substr(8 + length));
    const std::uint32_t found = checksum(rest.substr(4, 4 + length));
    expect(found == expected, path, "PNG chunk '", nn::printable(type), "': expected CRC ",
           expected, ", found ", found, ": the file is damaged");
    chunks.push_back({type, rest.substr(8, length)});
    rest.remove_prefix(around_data + length);
  } while (chunks.back().type != "IEND");
  return chunks;
}

std::string make_chunk(std::string_view type, std::string_view data) {
  const std::string body = std::string(type) += data;
  return big_endian(static_cast<std::uint32_t>(data.size())) + body + big_endian(checksum(body));
}

/// Empty for an empty text. tEXt is Latin-1 (11.3.4.3), and of that we use ASCII.
std::string text_chunk(const std::string& text) {
  if (text.empty()) return {};
  if (!std::ranges::all_of(text, [](unsigned char c) { return c > 0 && c < 128; })) {
    throw std::logic_error("text for a PNG must be ASCII, everything else escaped");
  }
  return make_chunk("tEXt", std::string(keyword) + text);
}

/// fcTL: where the frame lies, how long it is shown, and that it replaces the one before.
std::string frame_control(std::uint32_t sequence, const Image& frame, int milliseconds) {
  constexpr std::string_view keep_then_overwrite = "\0\0"sv;
  return make_chunk("fcTL",
                    big_endian(sequence) + big_endian(static_cast<std::uint32_t>(frame.width)) +
                        big_endian(static_cast<std::uint32_t>(frame.height)) + big_endian(0) +
                        big_endian(0) + big_endian(static_cast<std::uint32_t>(milliseconds), 2) +
                        big_endian(1000, 2) + std::string(keep_then_overwrite));
}

void check_animation(const std::vector<Image>& frames, const FrameTimes& times) {
  require(!frames.empty(), "animation: expects at least one frame, got none");
  const Image& first = frames.front();
  for (const Image& frame : frames) {
    require(frame.width == first.width && frame.height == first.height &&
                frame.channels == first.channels,
            "animation: expects frames of one size, got ", first.width, "x", first.height, "x",
            first.channels, " and ", frame.width, "x", frame.height, "x", frame.channels);
  }
  for (const int ms : {times.frame_ms, times.hold_last_ms}) {
    require(ms >= 0 && ms <= 65535, "animation: expects times of 0 to 65535 ms, got ", ms);
  }
}

}  // namespace

std::string encode_png(const Image& image) {
  std::string bytes;
  const auto append = [](void* context, void* data, int size) {
    static_cast<std::string*>(context)->append(static_cast<const char*>(data),
                                               static_cast<std::size_t>(size));
  };
  const bool ok = stbi_write_png_to_func(append, &bytes, static_cast<int>(image.width),
                                         static_cast<int>(image.height),
                                         static_cast<int>(image.channels), image.pixels.data(),
                                         static_cast<int>(image.width * image.channels)) != 0;
  if (!ok) throw std::bad_alloc();
  return bytes;
}

Image read_png(const std::string& path, Index channels) {
  const std::string bytes = nn::read_file(path);
  read_chunks(bytes, path);  // stb_image believes everything
  constexpr int largest = std::numeric_limits<int>::max();
  expect(bytes.size() <= largest, path, "expected at most ", largest, " bytes, found ",
         bytes.size());
  int width = 0, height = 0, found = 0;
  const std::unique_ptr<stbi_uc, decltype(&stbi_image_free)> pixels(
      stbi_load_from_memory(reinterpret_cast<const stbi_uc*>(bytes.data()),
                            static_cast<int>(bytes.size()), &width, &height, &found,
                            static_cast<int>(channels)),
      &stbi_image_free);
  if (!pixels) {
    const char* reason = stbi_failure_reason();
    throw FileError(text(path, ": expected a PNG image, found a damaged or unusual one (",
                         reason && *reason ? reason : "no reason given", ")"));
  }
  Image image(width, height, channels);
  std::copy_n(pixels.get(), image.pixels.size(), image.pixels.begin());
  return image;
}

std::string read_png_text(const std::string& path) {
  const std::string bytes = nn::read_file(path);
  for (const Chunk& chunk : read_chunks(bytes, path)) {
    if (chunk.type == "tEXt" && chunk.data.starts_with(keyword)) {
      return std::string(chunk.data.substr(keyword.size()));
    }
  }
  return {};
}

void write_png(const std::string& path, const Image& image, const std::string& text) {
  const std::string note = text_chunk(text);
  nn::write_file(path, encode_png(image).insert(head_bytes, note));
}

void write_animation(const std::string& path, const std::vector<Image>& frames,
                     const FrameTimes& times, const std::string& text) {
  check_animation(frames, times);
  const std::string note = text_chunk(text);
  std::string bytes;
  std::uint32_t sequence = 0;  // of fcTL and fdAT together
  for (const Image& frame : frames) {
    const std::string png = encode_png(frame);
    const bool is_first = &frame == &frames.front(), is_last = &frame == &frames.back();
    if (is_first) {
      const auto count = static_cast<std::uint32_t>(frames.size()), for_ever = 0u;
      bytes = png.substr(0, head_bytes) + note +
              make_chunk("acTL", big_endian(count) + big_endian(for_ever));
    }
    bytes += frame_control(sequence++, frame,
                           is_last ? std::max(times.frame_ms, times.hold_last_ms) : times.frame_ms);
    for (const Chunk& chunk : read_chunks(png, path)) {
      if (chunk.type != "IDAT") continue;
      bytes += is_first ? make_chunk("IDAT", chunk.data)
                        : make_chunk("fdAT", big_endian(sequence++) += chunk.data);
    }
  }
  nn::write_file(path, bytes + make_chunk("IEND", ""));
}

}  // namespace glass::inline GLASS_PRECISION::viz
