#include "viz/pictures/png.hpp"

#include <stb_image_write.h>

#include <algorithm>
#include <new>
#include <stdexcept>
#include <string_view>

#include "nn/io/files.hpp"
#include "viz/pictures/png_chunks.hpp"

namespace glass::viz {

namespace {

using namespace std::string_view_literals;
using png::big_endian, png::Chunk, png::ChunkReader, png::make_chunk;

/// The signature and IHDR, which comes first and holds 13 bytes.
constexpr std::size_t head_bytes = 8 + 12 + 13;
constexpr std::string_view keyword = "glassgrad\0"sv;

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

std::string encode_png(const Image& image, const std::string& text) {
  const std::string note = text_chunk(text);
  std::string bytes;
  // No exception may pass through stb, which would not free its buffer.
  const auto append = [](void* context, void* data, int size) noexcept {
    try {
      static_cast<std::string*>(context)->append(static_cast<const char*>(data),
                                                 static_cast<std::size_t>(size));
    } catch (const std::bad_alloc&) {  // and so nothing is appended
    }
  };
  const bool ok = stbi_write_png_to_func(append, &bytes, static_cast<int>(image.width),
                                         static_cast<int>(image.height),
                                         static_cast<int>(image.channels), image.pixels.data(),
                                         static_cast<int>(image.width * image.channels)) != 0;
  if (!ok || bytes.empty()) throw std::bad_alloc();
  return bytes.insert(head_bytes, note);
}

Image read_png(const std::string& path, Index channels) {
  return decode_png(nn::read_file(path, max_picture_bytes), path, channels);
}

std::string decode_png_text(std::string_view file, const std::string& path) {
  ChunkReader chunks(file, path);
  std::string found;
  while (const std::optional<Chunk> chunk = chunks.next()) {
    if (chunk->type == "tEXt" && chunk->data.starts_with(keyword) && found.empty()) {
      found = chunk->data.substr(keyword.size());
    }
  }
  return found;
}

std::string read_png_text(const std::string& path) {
  return decode_png_text(nn::read_file(path, max_picture_bytes), path);
}

void write_png(const std::string& path, const Image& image, const std::string& text) {
  nn::write_file(path, encode_png(image, text));
}

void write_animation(const std::string& path, const std::vector<Image>& frames,
                     const FrameTimes& times, const std::string& text) {
  check_animation(frames, times);
  const std::string note = text_chunk(text);
  std::string bytes;
  std::uint32_t sequence = 0;  // of fcTL and fdAT together
  for (const Image& frame : frames) {
    const std::string single = encode_png(frame);
    const bool is_first = &frame == &frames.front(), is_last = &frame == &frames.back();
    if (is_first) {
      const auto count = static_cast<std::uint32_t>(frames.size()), for_ever = 0u;
      bytes = single.substr(0, head_bytes) + note +
              make_chunk("acTL", big_endian(count) + big_endian(for_ever));
    }
    bytes += frame_control(sequence++, frame,
                           is_last ? std::max(times.frame_ms, times.hold_last_ms) : times.frame_ms);
    ChunkReader chunks(single, path);
    while (const std::optional<Chunk> chunk = chunks.next()) {
      if (chunk->type != "IDAT") continue;
      bytes += is_first ? make_chunk("IDAT", chunk->data)
                        : make_chunk("fdAT", big_endian(sequence++) += chunk->data);
    }
  }
  nn::write_file(path, bytes + make_chunk("IEND", ""));
}

}  // namespace glass::viz
