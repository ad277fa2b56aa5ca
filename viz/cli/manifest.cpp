#include "viz/cli/manifest.hpp"

#include <algorithm>
#include <filesystem>

#include "nn/io/files.hpp"
#include "nn/io/sha256.hpp"
#include "viz/cli/manifest_file.hpp"
#include "viz/maximise.hpp"
#include "viz/pictures/npy.hpp"

namespace glass::viz::cli {

using Json = nlohmann::ordered_json;

bool is_described(const Option& option) {
  static const std::vector<std::string> without_effect{"threads", "json", "watch"},
      texts{"class", "objective", "layer", "init", "baseline",
            "data",  "target",    "size",  "rows", "columns", "change"};
  const auto is_one_of = [&](const std::vector<std::string>& names) {
    return std::ranges::count(names, option.name()) > 0;
  };
  return !is_one_of(without_effect) && (option.takes() != Option::Takes::text || is_one_of(texts));
}

Manifest::Manifest(const Command& command) : command_(command) {
  json_ = {{"program", "viz"},
           {"command", command.name()},
           {"options", Json::object()},
           {"files", Json::array()}};
  for (const auto& option : command.options()) {
    if (!is_described(*option)) continue;
    const std::vector<std::string> words = option->words();
    const bool as_before = option->name() == "width" && words == std::vector<std::string>{"0"};
    if (option->takes() == Option::Takes::nothing) {
      if (option->given()) set(option->name(), true);
    } else if (!words.empty() && !as_before) {
      set(option->name(), words);
    }
  }
}

/// A path that means something on another machine: as it was given, if that is relative.
std::string Manifest::portable(const std::string& path) const {
  const FileNames& names = command_.file_names();
  if (const auto name = names.find(path); name != names.end()) return name->second;
  const std::filesystem::path place(path);
  return place.is_absolute() ? place.filename().string() : path;
}

void Manifest::add_model(const std::string& option, const std::string& path,
                         const nn::Model& model) {
  files_.reads_model(path, model);
  add_file(option, path);
  json_["files"].back()["weights_sha256"] = weights_sha256(model);
  const bool large = size_factor(model.input_shape) > 1;
  std::vector<std::string> depending;
  if (command_.find_option("init-noise")) {  // a painting
    for (const auto& [name, value] : model.maximise) depending.push_back(name);
    if (large) depending.insert(depending.end(), {"jitter", "tv", "l2", "parametrisation"});
  }
  if (large) depending.push_back("starts");
  for (const std::string& name : depending) {
    if (!command_.given(name)) json_["options"].erase(name);
  }
}

void Manifest::will_write(const std::vector<OutputFile>& outputs) {
  for (const OutputFile& output : outputs) {
    files_.writes(output);
    const bool is_array = output.ending == ".npy" && !output.path.empty();
    if (is_array && is_standard_output(output.path)) {
      throw UsageError(output.path +
                       ": expected a file for the array, beside which its manifest lies");
    }
    if (is_array) files_.writes({output.path + ".json", ".json"});
  }
}

void Manifest::add_file(const std::string& option, const std::string& path) {
  files_.reads(path);
  json_["options"].erase(option);
  json_["files"].push_back({{"option", option},
                            {"path", portable(path)},
                            {"sha256", sha256(nn::read_file(path, largest_file))}});
}

void Manifest::add_objective(const Objective& objective) {
  if (objective.files().empty()) return;
  for (const std::string& path : objective.files()) add_file("direction", path);
  set("objective",
      with_files(objective.expression(), [&](const std::string& path) { return portable(path); }));
}

void Manifest::set(const std::string& option, const Json& value) {
  // As a single word of the command line is written.
  json_["options"][option] = value.is_array() && value.size() == 1 ? value[0] : value;
}

std::string Manifest::text_for(const std::string& option) const {
  Json json = json_;
  json["output"] = option;
  // ASCII, as PNG's text wants it. A file name that is not UTF-8 has no better place here.
  return json.dump(-1, ' ', true, Json::error_handler_t::replace);
}

void Manifest::write_png(const std::string& option, const std::string& path, const Image& image) {
  viz::write_png(path, image, text_for(option));
  outputs_.push_back(path);
}

void Manifest::write_animation(const std::string& option, const std::string& path,
                               const std::vector<Image>& frames, const FrameTimes& times) {
  viz::write_animation(path, frames, times, text_for(option));
  outputs_.push_back(path);
}

void Manifest::write_npy(const std::string& option, const std::string& path, const Tensor& tensor) {
  viz::write_npy(path, tensor);
  nn::write_file(path + ".json", text_for(option) + '\n');
  outputs_.push_back(path);
}

void Manifest::write_report(const std::string& option, const std::string& path, Report report) {
  report.manifest = text_for(option);
  nn::write_file(path, to_html(report));
  outputs_.push_back(path);
}

void Manifest::print_outputs() const {
  for (const std::string& output : outputs_) print_line(output);
}

}  // namespace glass::viz::cli
