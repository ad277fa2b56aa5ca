#include "nn/files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>
#include <utility>

namespace glass::inline GLASS_PRECISION::nn {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail(const std::string& path, const char* what) {
  throw IoError(path + ": " + what + ": " + std::strerror(errno));
}

std::optional<struct stat> status_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return {};
  return status;
}

class File {
 public:
  /// `name` is what messages call the file.
  File(const std::string& path, int flags, std::string name)
      : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, 0666)), name_(std::move(name)) {
    if (descriptor_ < 0) fail(name_, "cannot open");
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  /// Waits until no other program holds the lock. Some network file systems have none to give.
  void lock() { ::flock(descriptor_, LOCK_EX); }

  bool is_at(const std::string& path) const {
    const std::optional<struct stat> there = status_of(path);
    struct stat mine {};
    return there && ::fstat(descriptor_, &mine) == 0 && mine.st_dev == there->st_dev &&
           mine.st_ino == there->st_ino;
  }

  void make_empty() {
    if (::ftruncate(descriptor_, 0) != 0) fail(name_, "cannot write");
  }

  void set_mode(mode_t mode) {
    if (::fchmod(descriptor_, mode) != 0) fail(name_, "cannot write");
  }

  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t count = ::write(descriptor_, bytes.data(), bytes.size());
      if (count >= 0) {
        bytes.remove_prefix(static_cast<std::size_t>(count));
      } else if (errno != EINTR) {
        fail(name_, "cannot write");
      }
    }
  }

  void sync() {
    if (::fsync(descriptor_) != 0) fail(name_, "cannot write");
  }

  /// Some file systems report a failed write only here.
  void close() {
    if (::close(std::exchange(descriptor_, -1)) != 0) fail(name_, "cannot write");
  }

 private:
  int descriptor_;
  std::string name_;
};

/// The file's new content while it is being written. It has one name for each target, so that
/// programs that were killed leave no more than one, which the next to write takes over. The lock
/// keeps two programs from writing it at once.
class Replacement {
 public:
  /// `name` is what messages call the target.
  Replacement(std::string target, std::string name)
      : target_(std::move(target)), name_(std::move(name)), path_(target_ + ".tmp") {
    do {  // another program's replacement has taken the target's name while this one waited for it
      file_.emplace(path_, O_WRONLY | O_CREAT | O_NOFOLLOW, name_);
      file_->lock();
    } while (!file_->is_at(path_));
  }
  Replacement(const Replacement&) = delete;
  Replacement& operator=(const Replacement&) = delete;
  ~Replacement() {
    if (!in_place_) ::unlink(path_.c_str());
  }

  /// The file stays open, and so locked, until it has its new name.
  void write(std::string_view bytes, std::optional<mode_t> mode) {
    file_->make_empty();
    if (mode) file_->set_mode(*mode);
    file_->write(bytes);
    file_->sync();
    if (std::rename(path_.c_str(), target_.c_str()) != 0) fail(name_, "cannot replace");
    in_place_ = true;
  }

 private:
  std::string target_, name_, path_;
  std::optional<File> file_;
  bool in_place_ = false;
};

/// The new name, too, should survive a power cut; not every file system can be asked for that.
void sync_folder(const fs::path& folder, const std::string& name) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  const bool failed = ::fsync(descriptor) != 0 && errno != EINVAL && errno != ENOTSUP;
  const int reason = errno;
  ::close(descriptor);
  errno = reason;
  if (failed) fail(name, "cannot write");
}

}  // namespace

// Without O_NONBLOCK, opening a pipe would wait for somebody to write into it.
InputFile::InputFile(const std::string& path)
    : descriptor_(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)), path_(path) {
  if (descriptor_ < 0) fail(path, "cannot open");
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(descriptor_);
    throw IoError(path + ": not a regular file");
  }
  size_ = static_cast<std::uint64_t>(status.st_size);
}

InputFile::~InputFile() { ::close(descriptor_); }

std::string_view InputFile::first(std::uint64_t count) {
  count = std::min(count, size_);
  std::size_t filled = bytes_.size();
  if (filled < count) bytes_.resize(count);
  while (filled < count) {
    const ssize_t more = ::read(descriptor_, bytes_.data() + filled, count - filled);
    if (more > 0) {
      filled += static_cast<std::size_t>(more);
    } else if (more == 0) {
      throw IoError(path_ + ": shrank while it was read");
    } else if (errno != EINTR) {
      fail(path_, "cannot read");
    }
  }
  return std::string_view(bytes_).substr(0, count);
}

void InputFile::expect_at_most(std::uint64_t max_bytes) const {
  if (size_ <= max_bytes) return;
  throw FileError(text(path_, ": ", size_, " bytes, at most ", max_bytes, " are read"));
}

std::string InputFile::all() {
  first(size_);
  return std::move(bytes_);
}

std::string read_file(const std::string& path, std::uint64_t max_bytes) {
  InputFile file(path);
  file.expect_at_most(max_bytes);
  return file.all();
}

void write_file(const std::string& path, std::string_view bytes) {
  const std::optional<struct stat> old = status_of(path);
  if (old && !S_ISREG(old->st_mode)) {
    File file(path, O_WRONLY, path);
    file.write(bytes);
    file.close();
    return;
  }
  // A file that this user may not write stays, although its folder would let it be replaced.
  if (old && ::access(path.c_str(), W_OK) != 0) fail(path, "cannot write");
  // A link keeps pointing at the file, whose content changes.
  std::error_code unresolved;
  fs::path target = fs::weakly_canonical(path, unresolved);
  if (unresolved) target = path;
  std::optional<mode_t> mode;
  if (old) mode = old->st_mode & 07777;
  Replacement(target.string(), path).write(bytes, mode);
  sync_folder(target.has_parent_path() ? target.parent_path() : ".", path);
}

}  // namespace glass::inline GLASS_PRECISION::nn
