#include "weights/gzip.hpp"

#include <zlib.h>

#include <algorithm>

#include "autograd/error.hpp"
#include "nn/file_kind.hpp"

namespace glass::inline GLASS_PRECISION::training {

namespace {

/// To `inflateInit2`: the largest window, and a gzip header, whose checksum and length are checked.
constexpr int gzip_format = 15 + 16;
constexpr std::string_view gzip_magic = "\x1f\x8b";

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
std::string gunzip(std::string_view packed, const std::string& path, std::uint64_t count) {
  Inflater inflater;
  z_stream& stream = inflater.stream;
  stream.next_in = reinterpret_cast<z_const Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string out;
  int status = Z_OK;
  while (status == Z_OK && out.size() < count) {
    const std::size_t done = out.size();
    out.resize(std::min<std::uint64_t>(std::max<std::uint64_t>(2 * done, 1 << 16), count));
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + done);
    stream.avail_out = static_cast<uInt>(out.size() - done);
    status = inflate(&stream, Z_NO_FLUSH);
    out.resize(out.size() - stream.avail_out);
  }
  if (status == Z_MEM_ERROR) throw std::bad_alloc();
  if (status == Z_BUF_ERROR) {
    throw FileError(text(path, ": the gzip stream is cut off after ", packed.size(), " bytes"));
  }
  if (status != Z_OK && status != Z_STREAM_END) {
    throw FileError(text(path, ": damaged gzip stream (", stream.msg ? stream.msg : "unknown error",
                         ") after ", out.size(), " unpacked bytes"));
  }
  if (status == Z_STREAM_END && stream.avail_in != 0) {
    const bool second = packed.substr(packed.size() - stream.avail_in).starts_with(gzip_magic);
    throw FileError(text(path, ": ", stream.avail_in, " bytes follow the end of the gzip stream",
                         second ? " (a second stream)" : "", ", expected 0"));
  }
  return out;
}

/// A file of a data set begins with 0 (IDX) or with a label (CIFAR-10).
void refuse_foreign(std::string_view bytes, const std::string& path) {
  if (bytes.empty() || static_cast<unsigned char>(bytes[0]) < 10) return;
  const auto kind = nn::file_kind(bytes);
  if (!kind || bytes.starts_with(gzip_magic)) return;
  throw FileError(path + ": expected a file of a data set, got " + kind->name);
}

}  // namespace

std::string content(std::string_view file, const std::string& path, std::uint64_t count) {
  if (file.empty()) throw FileError(path + ": the file is empty");
  if (file.size() > max_data_bytes || count > max_data_bytes + 1) {
    throw FileError(text(path, ": expected at most ", max_data_bytes, " bytes, found ",
                         std::max<std::uint64_t>(file.size(), count)));
  }
  refuse_foreign(file, path);
  std::string bytes(file.starts_with(gzip_magic) ? gunzip(file, path, count)
                                                 : file.substr(0, count));
  refuse_foreign(bytes, path);
  return bytes;
}

}  // namespace glass::inline GLASS_PRECISION::training
