#include "viz/cli/files_in_use.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "nn/io/files.hpp"
#include "nn/io/model_file.hpp"
#include "nn/printable.hpp"
#include "viz/cli/program.hpp"

namespace glass::viz::cli {

namespace fs = std::filesystem;

namespace {

std::string also_called(const std::string& name, const std::string& path) {
  return name == path ? "" : ", also called " + name;
}

std::string number_of(const struct stat& status) { return text(status.st_dev, ':', status.st_ino); }

}  // namespace

std::string file_identity(const std::string& path) {
  if (const auto status = nn::status_of(path)) return number_of(*status);
  const fs::path end = nn::end_of_links(path);
  const auto folder = nn::status_of(nn::folder_of(end).string());
  return folder ? number_of(*folder) + '/' + end.filename().string() : end.string();
}

void FilesInUse::reads(const std::string& path) {
  if (!path.empty()) read_.emplace(file_identity(path), path);
}

void FilesInUse::reads_model(const std::string& path, const nn::Model& model) {
  reads(path);
  if (!model.weights.empty()) reads(nn::beside(path, model.weights));
}

void FilesInUse::writes(const OutputFile& file) {
  const std::string& path = file.path;
  if (path.empty()) return;
  if (is_standard_output(path)) return writes_standard_output(path);
  const auto status = nn::status_of(path);
  if (!status && errno != ENOENT) {  // too long, say, or links in a circle
    throw IoError(path + ": cannot write: " + std::strerror(errno));
  }
  if (status && S_ISDIR(status->st_mode)) throw IoError(path + ": cannot write: is a folder");
  if (status && !S_ISREG(status->st_mode)) return;
  const fs::path folder = nn::end_of_links(path).parent_path();
  std::error_code unreadable;
  if (!folder.empty() && !fs::is_directory(folder, unreadable)) {
    throw IoError(folder.string() + ": no such folder");
  }
  // As `nn::write_file` writes: over the file that is there, by another one beside it.
  const std::string place = nn::folder_of(nn::end_of_links(path)).string();
  if ((status && ::access(path.c_str(), W_OK) != 0) || ::access(place.c_str(), W_OK | X_OK) != 0) {
    throw IoError(path + ": cannot write: " + std::strerror(errno));
  }
  const std::string identity = file_identity(path);
  if (const auto input = read_.find(identity); input != read_.end()) {
    throw UsageError(path + ": is an input" + also_called(input->second, path) +
                     "; write to another file");
  }
  const auto [other, fresh] = written_.emplace(identity, path);
  if (!fresh) {
    throw UsageError(path + ": two outputs in one file" + also_called(other->second, path) +
                     "; give each its own");
  }
  const fs::path name = path;
  if (file.ending.empty() || !name.has_extension()) return;
  if (nn::lower_case(name.extension().string()) == file.ending) return;
  throw UsageError(path + ": what is written is a " + file.ending + " file; call it " +
                   fs::path(name).replace_extension(file.ending).string());
}

void FilesInUse::writes_standard_output(const std::string& path) {
  if (isatty(STDOUT_FILENO) != 0) {
    throw UsageError("standard output is a terminal; -o FILE writes to a file, | to a program");
  }
  if (!written_.emplace(path, path).second) {
    throw UsageError("standard output: two outputs in one file; give each its own");
  }
  keep_standard_output_clean();
}

}  // namespace glass::viz::cli
