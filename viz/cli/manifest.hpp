#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "viz/cli/commands.hpp"
#include "viz/cli/files_in_use.hpp"
#include "viz/objective.hpp"
#include "viz/pages/report.hpp"
#include "viz/pictures/image.hpp"
#include "viz/pictures/png.hpp"

/// Each output says how it was made: a JSON object with the command, the value of every option that
/// matters, and digests of the model and of the files that went in. No time, no number of threads,
/// no folder of one machine: the same manifest means the same bytes, and `viz replay` checks it.
namespace glass::viz::cli {

class Manifest {
 public:
  /// Takes the options of `command` as they were given, or their defaults.
  explicit Manifest(const Command& command);

  /// A model that was read from `path`; `option` is the one that named it. What its description or the
  /// size of its pictures recommends for paintings and the command line leaves open is dropped from the
  /// options: the description's digest and --size stand for it.
  void add_model(const std::string& option, const std::string& path, const nn::Model& model);
  /// The files that its directions come from.
  void add_objective(const Objective& objective);
  /// Another file that was read.
  void add_file(const std::string& option, const std::string& path);
  /// Throws as `FilesInUse::writes` if one of these outputs, or the manifest beside an array, may not be
  /// written. The inputs are those so far, and what `files` knows.
  void will_write(const std::vector<OutputFile>& outputs);
  /// For inputs that no manifest names.
  FilesInUse& files() { return files_; }
  /// An option that found its value only after the command line was read.
  void set(const std::string& option, const nlohmann::ordered_json& value);

  // Write an output with its manifest: in the PNG or page, or beside the array as `path`.json.
  // `option` is the one that named the output.
  void write_png(const std::string& option, const std::string& path, const Image& image);
  void write_animation(const std::string& option, const std::string& path,
                       const std::vector<Image>& frames, const FrameTimes& times);
  void write_npy(const std::string& option, const std::string& path, const Tensor& tensor);
  void write_report(const std::string& option, const std::string& path, Report report);

  /// The files written so far.
  const std::vector<std::string>& outputs() const { return outputs_; }
  /// Prints their names, one a line.
  void print_outputs() const;

 private:
  std::string text_for(const std::string& option) const;
  std::string portable(const std::string& path) const;

  const Command& command_;
  nlohmann::ordered_json json_;
  std::vector<std::string> outputs_;
  FilesInUse files_;
};

/// True of the options that manifests have: of numbers, switches and choices all that may change a
/// byte of an output, and of free text those few that are listed. So none names a file, to read or to
/// write; files that are read have a list of their own.
bool is_described(const Option& option);

}  // namespace glass::viz::cli
