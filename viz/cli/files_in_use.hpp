#pragma once

#include <map>
#include <string>

#include "nn/model.hpp"

namespace glass::viz::cli {

/// Equal for two paths exactly if they lead to one file, by whatever folders and links, and whether or
/// not it exists.
std::string file_identity(const std::string& path);

/// The files that a command reads and those that it will write: none of the latter may be in use for
/// something else. To be asked before the work begins.
class FilesInUse {
 public:
  /// A file that is read.
  void reads(const std::string& path);
  /// The two files of a model whose description is `path`.
  void reads_model(const std::string& path, const nn::Model& model);
  /// A file that will be written; nothing if `path` is empty, and a device or a pipe takes everything.
  /// Throws UsageError if it is one that is read, or is to be written already, and IoError if there can
  /// be no such file.
  void writes(const std::string& path);

 private:
  std::map<std::string, std::string> read_, written_;  ///< identity -> as it was called
};

}  // namespace glass::viz::cli
