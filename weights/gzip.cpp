#include "weights/gzip.hpp"

#include <zlib.h>

#include <algorithm>

#include "autograd/error.hpp"
#include "nn/files.hpp"

namespace glass::inline GLASS_PRECISION::training {

namespace {

/// Far above any data set that we read; a file that grows beyond it was made to fill the memory.
constexpr std::size_t max_bytes = std::size_t{1} << 30;
/// To `inflateInit2`: the largest window, and a gzip header, whose checksum and length are checked.
constexpr int gzip_format = 15 + 16;

struct Inflater {
  z_stream stream{};
  Inflater() {
    if (inflateInit2(&stream, gzip_format) != Z_OK) throw std::bad_alloc();
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() { inflateEnd(&stream); }
};

/// Not `gzread`: that accepts a file that was cut off, and anything behind the stream's end.
std::string gunzip(std::string packed, const std::string& path) {
  Inflater inflater;
  z_stream& stream = inflater.stream;
  stream.next_in = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string out;
  int status = Z_OK;
  while (status == Z_OK) {
    if (out.size() >= max_bytes) {
      throw FileError(text(path, ": unpacks to more than ", max_bytes, " bytes"));
    }
    const std::size_t done = out.size();
    out.resize(std::clamp(2 * done, std::size_t{1} << 20, max_bytes));
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + done);
    stream.avail_out = static_cast<uInt>(out.size() - done);
    status = inflate(&stream, Z_NO_FLUSH);
    out.resize(out.size() - stream.avail_out);
  }
  if (status == Z_BUF_ERROR) {
    throw FileError(text(path, ": the gzip stream is cut off after ", packed.size(), " bytes"));
  }
  if (status != Z_STREAM_END) {
    throw FileError(text(path, ": damaged gzip stream (", stream.msg ? stream.msg : "unknown error",
                         ") after ", out.size(), " unpacked bytes"));
  }
  if (stream.avail_in != 0) {
    throw FileError(
        text(path, ": ", stream.avail_in, " bytes follow the end of the gzip stream, expected 0"));
  }
  return out;
}

}  // namespace

std::string read_data_file(const std::string& path) {
  std::string bytes = nn::read_file(path);
  if (bytes.empty()) throw FileError(path + ": the file is empty");
  if (bytes.size() > max_bytes) {
    throw FileError(text(path, ": ", bytes.size(), " bytes, expected at most ", max_bytes));
  }
  if (bytes[0] == '<') {
    throw FileError(path + ": a web page, expected a data set; was the download redirected?");
  }
  const bool packed = bytes.starts_with("\x1f\x8b");
  return packed ? gunzip(std::move(bytes), path) : bytes;
}

}  // namespace glass::inline GLASS_PRECISION::training
