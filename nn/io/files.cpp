#include "nn/io/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace glass::nn {

void throw_io_error(const std::string& path, const char* what) {
  throw IoError(path + ": " + what + ": " + std::strerror(errno));
}

std::optional<struct stat> status_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return {};
  return status;
}

// Without O_NONBLOCK, opening a pipe would wait for somebody to write into it.
InputFile::InputFile(const std::string& path)
    : descriptor_(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)), path_(path) {
  if (descriptor_ < 0) throw_io_error(path, "cannot open");
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(descriptor_);
    throw IoError(path + ": not a regular file");
  }
  size_ = static_cast<std::uint64_t>(status.st_size);
}

InputFile::InputFile(std::string_view bytes, const std::string& path)
    : descriptor_(-1), path_(path), size_(bytes.size()), in_memory_(bytes) {}

InputFile::~InputFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::string_view InputFile::part(std::uint64_t begin, std::uint64_t count) {
  begin = std::min(begin, size_);
  count = std::min(count, size_ - begin);
  if (descriptor_ < 0) return in_memory_.substr(begin, count);
  if (begin >= begin_ && begin + count <= end_) {
    return std::string_view(bytes_).substr(begin - begin_, count);
  }
  begin_ = end_ = 0;  // should a read fail
  bytes_.resize(count);
  for (std::size_t filled = 0; filled < count;) {
    const ssize_t more = ::pread(descriptor_, bytes_.data() + filled, count - filled,
                                 static_cast<off_t>(begin + filled));
    if (more > 0) {
      filled += static_cast<std::size_t>(more);
    } else if (more == 0) {
      throw IoError(path_ + ": shrank while it was read");
    } else if (errno != EINTR) {
      throw_io_error(path_, "cannot read");
    }
  }
  begin_ = begin;
  end_ = begin + count;
  return bytes_;
}

void InputFile::expect_at_most(std::uint64_t max_bytes) const {
  if (size_ <= max_bytes) return;
  throw FileError(text(path_, ": ", size_, " bytes, at most ", max_bytes, " are read"));
}

std::string InputFile::all() {
  if (descriptor_ < 0) return std::string(in_memory_);
  part(0, size_);
  begin_ = end_ = 0;
  return std::move(bytes_);
}

std::string read_file(const std::string& path, std::uint64_t max_bytes) {
  InputFile file(path);
  file.expect_at_most(max_bytes);
  return file.all();
}

}  // namespace glass::nn
