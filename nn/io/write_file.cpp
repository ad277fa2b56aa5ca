#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <random>
#include <utility>

#include "nn/io/files.hpp"

namespace glass::nn {

namespace fs = std::filesystem;

namespace {

/// Closed at the end, and with it the lock is gone.
class File {
 public:
  /// `name` is what messages call the file; without one, there may be nothing to open.
  File(const std::string& path, int flags, mode_t mode, std::string name = {})
      : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, mode)), name_(std::move(name)) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  bool is_open() const { return descriptor_ >= 0; }
  void expect_open() const {
    if (!is_open()) throw_io_error(name_, "cannot open");
  }

  /// Whether nobody else holds the lock; some network file systems have none to give.
  bool lock() const { return ::flock(descriptor_, LOCK_EX | LOCK_NB) == 0; }

  /// Whether it is a regular file that still lies there.
  bool is_at(const std::string& path) const {
    struct stat there {
    }, mine{};
    return ::lstat(path.c_str(), &there) == 0 && ::fstat(descriptor_, &mine) == 0 &&
           S_ISREG(mine.st_mode) && mine.st_dev == there.st_dev && mine.st_ino == there.st_ino;
  }

  /// Makes it look like `old`. Only root may give a file away; where the new one gets another owner,
  /// it must not run with that one's rights.
  void take_after(const struct stat& old) {
    const bool same_owner = ::fchown(descriptor_, old.st_uid, old.st_gid) == 0;
    const mode_t mode = old.st_mode & (same_owner ? 07777 : 01777);
    if (::fchmod(descriptor_, mode) != 0) throw_io_error(name_, "cannot write");
  }

  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t count = ::write(descriptor_, bytes.data(), bytes.size());
      if (count >= 0) {
        bytes.remove_prefix(static_cast<std::size_t>(count));
      } else if (errno != EINTR) {
        throw_io_error(name_, "cannot write");
      }
    }
  }

  void sync() {
    if (::fsync(descriptor_) != 0) throw_io_error(name_, "cannot write");
  }

  /// Some file systems report a failed write only here.
  void close() {
    if (::close(std::exchange(descriptor_, -1)) != 0) throw_io_error(name_, "cannot write");
  }

 private:
  int descriptor_;
  std::string name_;
};

constexpr std::string_view mark = ".glassgrad-", digits = "0123456789abcdef", ending = ".tmp";
constexpr std::size_t random_digits = 12, longest_name = 255;

/// What the names of a target's replacements begin with.
std::string stem_of(const fs::path& target) {
  const std::string name = target.filename().string();
  return name.substr(0, longest_name - mark.size() - random_digits - ending.size()) +
         std::string(mark);
}

std::string random_name(const std::string& stem) {
  std::random_device random;
  std::string name = stem;
  for (std::size_t i = 0; i < random_digits; ++i) name += digits[random() % digits.size()];
  return name + std::string(ending);
}

bool is_random_name(std::string_view name, const std::string& stem) {
  if (!name.starts_with(stem) || !name.ends_with(ending)) return false;
  name.remove_prefix(stem.size());
  return name.size() == random_digits + ending.size() &&
         name.find_first_not_of(digits) == random_digits;
}

/// Removes what killed programs left of a target: regular files of such a name whose lock is free.
void remove_leftovers(const fs::path& target) {
  const std::string stem = stem_of(target);
  // Not std::filesystem's iterator, which ends the program where there is no memory for a name.
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(folder_of(target).c_str()),
                                                   ::closedir);
  while (const dirent* entry = folder ? ::readdir(folder.get()) : nullptr) {
    if (!is_random_name(entry->d_name, stem)) continue;
    const std::string path = (folder_of(target) / entry->d_name).string();
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
    const File leftover(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK, 0);
    if (leftover.is_open() && leftover.lock() && leftover.is_at(path)) ::unlink(path.c_str());
  }
}

/// The file's new content while it is being written: a file that was not there before, whose lock is
/// held until it has its name, so that nobody takes it for what a killed program left.
class Replacement {
 public:
  /// `name` is what messages call the target, and `old` what lies there.
  Replacement(const fs::path& target, std::string name, const std::optional<struct stat>& old)
      : target_(target), name_(std::move(name)), old_(old) {
    for (int tries = 1; !begin(); ++tries) {  // somebody was faster
      errno = EBUSY;
      if (tries == 100) throw_io_error(name_, "cannot open");
    }
  }
  Replacement(const Replacement&) = delete;
  Replacement& operator=(const Replacement&) = delete;
  ~Replacement() {
    if (!in_place_) ::unlink(path_.c_str());
  }

  void write(std::string_view bytes) {
    file_->write(bytes);
    if (old_) file_->take_after(*old_);  // after it was written, which takes setuid away
    file_->sync();
    if (std::rename(path_.c_str(), target_.c_str()) != 0) throw_io_error(name_, "cannot replace");
    in_place_ = true;
  }

 private:
  bool begin() {
    path_ = (folder_of(target_) / random_name(stem_of(target_))).string();
    // Until it has the old file's mode, nobody else may look into it.
    file_.emplace(path_, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, old_ ? 0600 : 0666, name_);
    if (!file_->is_open() && errno == EEXIST) return false;
    file_->expect_open();
    if (file_->lock()) return file_->is_at(path_);
    return errno != EWOULDBLOCK;  // there are no locks here; or somebody is about to remove it
  }

  fs::path target_;
  std::string name_, path_;
  std::optional<struct stat> old_;
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
  if (failed) throw_io_error(name, "cannot write");
}

}  // namespace

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

fs::path end_of_links(fs::path path) {
  constexpr int most_links = 40;  // as Linux follows
  const std::string name = path.string();
  std::error_code missing;
  for (int links = 0; fs::is_symlink(fs::symlink_status(path, missing)); ++links) {
    if (links == most_links) {
      errno = ELOOP;
      throw_io_error(name, "cannot open");
    }
    const fs::path next = fs::read_symlink(path, missing);
    if (missing) throw_io_error(name, "cannot open");
    path = path.parent_path() / next;
  }
  return path;
}

void write_file(const std::string& path, std::string_view bytes) {
  const std::optional<struct stat> old = status_of(path);
  if (old && !S_ISREG(old->st_mode)) {
    File file(path, O_WRONLY, 0, path);
    file.expect_open();
    file.write(bytes);
    file.close();
    return;
  }
  // A file that this user may not write stays, although its folder would let it be replaced.
  if (old && ::access(path.c_str(), W_OK) != 0) throw_io_error(path, "cannot write");
  const fs::path target = end_of_links(path);  // a link keeps pointing there
  remove_leftovers(target);
  Replacement(target, path, old).write(bytes);
  sync_folder(folder_of(target), path);
}

}  // namespace glass::nn
