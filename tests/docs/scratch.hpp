#pragma once

#include <filesystem>
#include <string>

/// Copies of what the documentation's programs and commands read, with a place for what they write.
inline void make_scratch_copy(const std::filesystem::path& project,
                              const std::filesystem::path& folder) {
  namespace fs = std::filesystem;
  fs::create_directories(folder / "docs");
  fs::create_directories(folder / "tests");
  for (const char* part :
       {"weights", "docs/samples", "docs/figures", "docs/examples", "docs/exercises"}) {
    if (fs::exists(project / part)) {
      fs::copy(project / part, folder / part, fs::copy_options::recursive);
    }
  }
  fs::create_directory_symlink(project / "tests/golden", folder / "tests/golden");
}
