#include "weights/outputs.hpp"

#include <algorithm>
#include <filesystem>

#include "nn/io/files.hpp"
#include "nn/io/model_file.hpp"
#include "viz/cli/files_in_use.hpp"
#include "viz/cli/program.hpp"
#include "viz/pages/page.hpp"
#include "viz/pictures/data.hpp"

namespace glass::training {

namespace fs = std::filesystem;
using namespace viz::cli;

namespace {

constexpr std::uint64_t largest_file = std::uint64_t{64} << 20;  ///< that a report can be

bool rewrites_model(const Session& session) {
  return file_identity(session.output) == file_identity(session.model);
}

/// That is all of them, in the order in which they are named to the user.
std::vector<std::string> paths_of(const Outputs& outputs) {
  std::vector<std::string> all{outputs.description, outputs.weights, outputs.card,
                               outputs.checkpoint};
  if (!outputs.report.empty()) all.push_back(outputs.report);
  return all;
}

/// Where it is, behind all links, must be in `folder` or below.
void check_links(const std::string& path, const fs::path& folder) {
  std::error_code unreadable;
  const fs::path home = fs::canonical(folder, unreadable),
                 end = fs::canonical(nn::folder_of(nn::end_of_links(path)), unreadable);
  const bool inside =
      std::mismatch(home.begin(), home.end(), end.begin(), end.end()).first == home.end();
  if (inside && !unreadable) return;
  throw FileError(path + ": a link that leads out of its folder, where nothing is written");
}

/// A report may also go to a device or a pipe.
bool is_device(const std::string& path) {
  std::error_code missing;
  const fs::file_status status = fs::status(path, missing);
  return fs::is_other(status) || fs::is_fifo(status) || fs::is_character_file(status);
}

/// Whether a file is what an earlier part of the run would have left: a card of that network, a page
/// of `train`, a description. (Checkpoint and weights are compared when they are read.)
bool is_of_a_run(const std::string& path, const Outputs& outputs, const std::string& network) {
  try {
    if (path == outputs.card) {
      const std::string title = "# " + network + '\n';
      return nn::InputFile(path).first(title.size()) == title;
    }
    if (path == outputs.report) {
      return !viz::page::data_of(nn::read_file(path, largest_file)).empty();
    }
    if (path == outputs.description) nn::load_description(path, 0, nn::InitialValues::none);
    return true;
  } catch (const FileError&) {
    return false;
  }
}

/// Of the two whose names the session says; MODEL itself has whatever name it has.
std::string ending_of(const std::string& path, const Outputs& outputs, const Session& session) {
  if (path == outputs.report) return ".html";
  return path == outputs.description && !rewrites_model(session) ? ".json" : "";
}

void check_existing(const std::string& path, const Outputs& outputs, const Session& session,
                    const std::string& network) {
  std::error_code missing;
  if (!fs::exists(path, missing)) return;
  if (!fs::is_regular_file(path, missing)) throw FileError(path + ": not a regular file");
  if (session.overwrite) return;
  if (session.resume && is_of_a_run(path, outputs, network)) return;
  if (path == outputs.description && rewrites_model(session)) return;
  if (session.resume) throw UsageError(path + ": is there already, and not of this run");
  throw UsageError(path + ": is there already; " +
                   (path == outputs.checkpoint ? "--resume goes on from it, " : "") +
                   "--overwrite replaces it, -o writes elsewhere");
}

/// `given_weights` are those that MODEL names, `network` is its name.
void check(const Outputs& outputs, const Session& session, const std::string& given_weights,
           const std::string& network) {
  const std::vector<std::string> paths = paths_of(outputs);
  const fs::path extension = fs::path(outputs.weights).extension();
  if (extension != ".safetensors" && extension != ".json") {
    throw FileError(outputs.weights + ": weight files end in .safetensors or .json");
  }
  FilesInUse files;
  for (const std::string& path : viz::data_files(session.data)) files.reads(path);
  if (!rewrites_model(session)) {
    files.reads(session.model);
    if (!given_weights.empty()) {
      files.reads((fs::path(session.model).parent_path() / given_weights).string());
    }
  }
  for (const std::string& path : paths) files.writes({path, ending_of(path, outputs, session)});
  for (const std::string& path : paths) {
    const bool is_report = path == outputs.report;
    if (is_report && is_device(path)) continue;
    check_links(path, nn::folder_of(is_report ? path : outputs.description));
    check_existing(path, outputs, session, network);
  }
}

}  // namespace

Outputs choose_outputs(const Session& session, nn::Model& model) {
  if (is_standard_output(session.output) || is_standard_output(session.report)) {
    throw UsageError("-o -, --report -: a network is several files, and none is standard output");
  }
  const fs::path description = session.output;
  const std::string given = model.weights;
  if (given.empty() || !rewrites_model(session)) {
    const bool json = fs::path(given).extension() == ".json";
    model.weights = description.stem().string() + (json ? "-weights.json" : ".safetensors");
  }
  const auto beside = [&](const char* extension) {
    return fs::path(description).replace_extension(extension).string();
  };
  const Outputs outputs{.description = session.output,
                        .weights = (description.parent_path() / model.weights).string(),
                        .card = beside(".md"),
                        .checkpoint = beside(".checkpoint.safetensors"),
                        .report = session.report};
  check(outputs, session, given, model.name);
  return outputs;
}

}  // namespace glass::training
