#include "nn/data/gzip.hpp"

#include <zlib.h>

#include <algorithm>

#include "nn/io/file_kind.hpp"

namespace glass::data {

namespace {

/// To `inflateInit2`: the largest window, and a gzip header, whose checksum and length are checked.
constexpr int gzip_format = 15 + 16;
constexpr std::string_view gzip_magic = "\x1f\x8b";
/// Of the file, read together.
constexpr std::size_t piece = 1 << 16;

/// A file of a data set begins with 0 (IDX) or with a label (CIFAR-10).
void refuse_foreign(std::string_view bytes, const std::string& path) {
  if (bytes.empty() || static_cast<unsigned char>(bytes[0]) < 10) return;
  const auto kind = nn::file_kind(bytes);
  if (!kind || bytes.starts_with(gzip_magic)) return;
  throw FileError(path + ": expected a file of a data set, got " + kind->name);
}

}  // namespace

struct Content::Inflater {
  z_stream stream{};
  Inflater() {
    if (inflateInit2(&stream, gzip_format) != Z_OK) throw std::bad_alloc();
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() { inflateEnd(&stream); }
};

Content::Content(nn::InputFile& file) : file_(file) {
  if (file.size() == 0) throw FileError(file.path() + ": the file is empty");
  if (file.size() > max_data_bytes) {
    throw FileError(
        text(file.path(), ": expected at most ", max_data_bytes, " bytes, found ", file.size()));
  }
  const std::string_view head = file.first(nn::telling_bytes);
  refuse_foreign(head, file.path());
  if (head.starts_with(gzip_magic)) inflater_ = std::make_unique<Inflater>();
}

Content::~Content() = default;

std::string_view Content::next(std::size_t count) {
  const std::string_view bytes = inflater_ ? unpack(count) : file_.part(place_, count);
  if (!inflater_) place_ += bytes.size();
  if (!begun_) refuse_foreign(bytes, file_.path());
  begun_ = true;
  return bytes;
}

/// Hands the next piece of the file to zlib; false at the file's end.
bool Content::feed() {
  packed_ = file_.part(place_, piece);
  place_ += packed_.size();
  inflater_->stream.next_in = reinterpret_cast<z_const Bytef*>(packed_.data());
  inflater_->stream.avail_in = static_cast<uInt>(packed_.size());
  return !packed_.empty();
}

/// Not `gzread`: that accepts a file that was cut off, and anything behind the stream's end.
std::string_view Content::unpack(std::size_t count) {
  z_stream& stream = inflater_->stream;
  const std::string& path = file_.path();
  unpacked_.resize(count);
  stream.next_out = reinterpret_cast<Bytef*>(unpacked_.data());
  stream.avail_out = static_cast<uInt>(count);
  while (stream.avail_out > 0 && !ended_) {
    if (stream.avail_in == 0 && !feed()) {
      throw FileError(text(path, ": the gzip stream is cut off after ", file_.size(), " bytes"));
    }
    const int status = inflate(&stream, Z_NO_FLUSH);
    if (status == Z_MEM_ERROR) throw std::bad_alloc();
    if (status != Z_OK && status != Z_STREAM_END) {
      throw FileError(text(path, ": damaged gzip stream (",
                           stream.msg ? stream.msg : "unknown error", ") after ", stream.total_out,
                           " unpacked bytes"));
    }
    ended_ = status == Z_STREAM_END;
    if (const std::uint64_t more = file_.size() - place_ + stream.avail_in; ended_ && more > 0) {
      const bool second = file_.part(place_ - stream.avail_in, 2) == gzip_magic;
      throw FileError(text(path, ": ", more, " bytes follow the end of the gzip stream",
                           second ? " (a second stream)" : "", ", expected 0"));
    }
  }
  unpacked_.resize(count - stream.avail_out);
  return unpacked_;
}

}  // namespace glass::data
