#include "nn/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

namespace glass::inline GLASS_PRECISION::nn {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail(const std::string& path, const char* what) {
  throw IoError(path + ": " + what + ": " + std::strerror(errno));
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

  /// Reads up to `size` bytes; 0 at the end of the file.
  std::size_t read(char* into, std::size_t size) {
    for (;;) {
      const ssize_t count = ::read(descriptor_, into, size);
      if (count >= 0) return static_cast<std::size_t>(count);
      if (errno != EINTR) fail(name_, "cannot read");
    }
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

void replace(const fs::path& target, std::string_view bytes, const std::string& name) {
  const std::string temporary = target.string() + '.' + std::to_string(::getpid()) + ".tmp";
  try {
    File file(temporary, O_WRONLY | O_CREAT | O_TRUNC, name);
    file.write(bytes);
    file.sync();
    file.close();
    if (std::rename(temporary.c_str(), target.c_str()) != 0) fail(name, "cannot replace");
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
  // The new name, too, should survive a power cut; not every file system can be asked for that.
  const fs::path parent = target.has_parent_path() ? target.parent_path() : ".";
  const int folder = ::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;
  ::fsync(folder);
  ::close(folder);
}

}  // namespace

std::string read_file(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) fail(path, "cannot open");
  if (!S_ISREG(status.st_mode)) throw IoError(path + ": not a regular file");
  File file(path, O_RDONLY, path);
  std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
  std::size_t filled = 0;
  while (const std::size_t count = file.read(bytes.data() + filled, bytes.size() - filled)) {
    filled += count;
  }
  if (filled < bytes.size()) throw IoError(path + ": shrank while it was read");
  return bytes;
}

void write_file(const std::string& path, std::string_view bytes) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    File file(path, O_WRONLY, path);
    file.write(bytes);
    file.close();
    return;
  }
  // A link keeps pointing at the file, whose content changes.
  std::error_code unresolved;
  const fs::path target = fs::weakly_canonical(path, unresolved);
  replace(unresolved ? fs::path(path) : target, bytes, path);
}

}  // namespace glass::inline GLASS_PRECISION::nn
