#pragma once

#include <map>
#include <string>

#include "nn/model.hpp"

namespace glass::viz::cli {

/// Equal for two paths exactly if they lead to one file, by whatever folders and links, and whether or
/// not it exists.
std::string file_identity(const std::string& path);

/// A file that is to be written.
struct OutputFile {
  std::string path;  ///< empty: nobody asked for it
  std::string
      ending;  ///< of the names of such files, ".png"; of those without one, any name will do
};

/// The files that a command reads and those that it will write: none of the latter may be in use for
/// something else. To be asked before the work begins.
class FilesInUse {
 public:
  /// A file that is read; empty: none.
  void reads(const std::string& path);
  /// The two files of a model whose description is `path`.
  void reads_model(const std::string& path, const nn::Model& model);
  /// A file that will be written; a device or a pipe takes everything. If it is standard output, what
  /// would be printed there goes to standard error from now on. Throws UsageError if it is one that is
  /// read, or is to be written already, if its name ends as those of other files do, or if it is a
  /// terminal; and IoError if there can be no such file, or this user may not write it.
  void writes(const OutputFile& file);

 private:
  void writes_standard_output(const std::string& path);

  std::map<std::string, std::string> read_, written_;  ///< identity -> as it was called
};

}  // namespace glass::viz::cli
