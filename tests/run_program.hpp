#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

/// Whether a sanitizer watches, which takes memory and time of its own.
#ifdef GLASS_SANITIZED
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif

/// What a program left behind: its exit code and its two outputs.
struct Run {
  int code;
  std::string out, err;
};

/// A folder that exists while this does.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "glassgrad-XXXXXX").string();
    if (!mkdtemp(pattern.data())) throw std::runtime_error("no temporary folder");
    path_ = pattern;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

inline std::string slurp(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream all;
  all << file.rdbuf();
  return all.str();
}

/// Runs a shell command line.
inline Run run_program(const std::string& command) {
  const TemporaryFolder folder;
  const int status =
      std::system((command + " >'" + (folder / "out") + "' 2>'" + (folder / "err") + "'").c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), slurp(folder / "out"),
          slurp(folder / "err")};
}

/// What to write before a command line so that permissions count for it even if we are root, whose
/// files these are: without the right to look past them. Nothing if there is no way.
inline std::optional<std::string> where_permissions_count() {
  if (geteuid() != 0) return "";
  const std::string without = "setpriv --bounding-set=-dac_override,-dac_read_search ";
  if (run_program(without + "true").code == 0) return without;
  return std::nullopt;
}

/// As every complaint should be.
inline bool one_line(const std::string& text) {
  return !text.empty() && text.find('\n') == text.size() - 1;
}
