#include "viz/pictures/class_folders.hpp"

#include <algorithm>
#include <filesystem>

#include "autograd/error.hpp"
#include "nn/printable.hpp"

namespace glass::viz {

namespace {

namespace fs = std::filesystem;

bool is_picture(const fs::path& path) {
  const std::string extension = nn::lower_case(path.extension().string());
  return extension == ".png" || extension == ".jpg" || extension == ".jpeg";
}

/// Walks through the folders, and counts what it leaves aside.
class Lister {
 public:
  Lister(const std::string& folder, PictureFolder& found) : folder_(folder), found_(found) {}

  /// The folders in this one, in the order of their names' bytes.
  std::vector<fs::path> folders_in(const fs::path& where) {
    return look(where, [&](const fs::directory_entry& entry) { return is_folder(entry); });
  }

  /// The pictures in each of them.
  ClassFolders classes(const std::vector<fs::path>& folders) {
    ClassFolders classes;
    for (const fs::path& folder : folders) {
      for (const fs::path& picture : look(folder, [&](const fs::directory_entry& entry) {
             if (is_folder(entry)) ++found_.folders;
             return fs::is_regular_file(entry.symlink_status()) && is_picture(entry.path());
           })) {
        classes[folder.filename().string()].push_back(picture.string());
      }
      classes.try_emplace(folder.filename().string());
    }
    return classes;
  }

 private:
  static bool is_folder(const fs::directory_entry& entry) {
    return fs::is_directory(entry.symlink_status());
  }

  /// What is `wanted` in a folder.
  template <class Wanted>
  std::vector<fs::path> look(const fs::path& where, const Wanted& wanted) {
    std::vector<fs::path> taken;
    for (const fs::directory_entry& entry : fs::directory_iterator(where)) {
      if (++files_ > most_files) {
        throw FileError(text(folder_, ": expected at most ", most_files, " files, found more"));
      }
      const std::string name = entry.path().filename().string();
      if (name.starts_with('.') || name == "__MACOSX") {
        ++found_.hidden;
      } else if (entry.is_symlink()) {
        ++found_.links;
      } else if (wanted(entry)) {
        taken.push_back(entry.path());
      } else if (!is_folder(entry)) {
        ++found_.others;
      }
    }
    std::ranges::sort(taken, {}, [](const fs::path& path) { return path.string(); });
    return taken;
  }

  const std::string& folder_;
  PictureFolder& found_;
  Index files_ = 0;
};

/// The first of the folders that is called by one of these words.
fs::path find(const std::vector<fs::path>& folders, const std::vector<std::string>& words) {
  for (const fs::path& folder : folders) {
    if (std::ranges::count(words, nn::lower_case(folder.filename().string())) > 0) return folder;
  }
  return {};
}

/// Nothing that is there to test may be unknown.
void check_known(const fs::path& part, const ClassFolders& classes, const ClassFolders& training) {
  for (const auto& [name, pictures] : classes) {
    if (training.contains(name) || pictures.empty()) continue;
    throw FileError((part / name).string() + ": no class of that name to train on");
  }
}

}  // namespace

Index PictureFolder::pictures() const {
  Index count = 0;
  for (const ClassFolders* part : {&training, &validation, &test})
    for (const auto& one : *part) count += static_cast<Index>(one.second.size());
  return count;
}

std::vector<std::string> PictureFolder::classes() const {
  std::vector<std::string> names;
  for (const auto& one : training) names.push_back(one.first);
  return names;
}

PictureFolder list_pictures(const std::string& folder) {
  PictureFolder found;
  Lister lister(folder, found);
  const std::vector<fs::path> folders = lister.folders_in(folder);
  const fs::path train = find(folders, {"train", "training"});
  std::vector<fs::path> classes;
  if (!train.empty()) {
    PictureFolder uncounted;
    classes = Lister(folder, uncounted).folders_in(train);
  }
  if (classes.empty()) {  // or "train" is itself a class, of locomotives say
    found.training = lister.classes(folders);
    return found;
  }
  found.training = lister.classes(lister.folders_in(train));
  const fs::path validation = find(folders, {"val", "valid", "validation"}),
                 test = find(folders, {"test", "testing"});
  if (!validation.empty()) found.validation = lister.classes(lister.folders_in(validation));
  if (!test.empty()) found.test = lister.classes(lister.folders_in(test));
  check_known(validation, found.validation, found.training);
  check_known(test, found.test, found.training);
  const auto parts = 1 + !validation.empty() + !test.empty();
  found.folders += static_cast<Index>(folders.size()) - parts;
  return found;
}

}  // namespace glass::viz
