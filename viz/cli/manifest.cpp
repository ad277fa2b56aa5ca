#include "viz/cli/manifest.hpp"

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "nn/io/files.hpp"
#include "nn/io/sha256.hpp"
#include "viz/cli/manifest_file.hpp"
#include "viz/pictures/npy.hpp"

namespace glass::viz::cli {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// CLI11 writes a list as "[1,2]"; given on the command line, it is an array of words.
Json default_value(const std::string& words) {
  if (!words.starts_with('[')) return words;
  Json list = Json::array();
  std::istringstream items(words.substr(1, words.size() - 2));
  for (std::string item; std::getline(items, item, ',');) list.push_back(item);
  return list;
}

/// Of the running NamesInManifests, if there is one.
const FileNames* names_now = nullptr;

/// A path that means something on another machine: as it was given, if that is relative.
std::string portable(const std::string& path) {
  if (names_now && names_now->contains(path)) return names_now->at(path);
  return fs::path(path).is_absolute() ? fs::path(path).filename().string() : path;
}

}  // namespace

NamesInManifests::NamesInManifests(const FileNames& names) { names_now = &names; }
NamesInManifests::~NamesInManifests() { names_now = nullptr; }

bool is_described(const CLI::Option& option) {
  static const std::vector<std::string> without_effect{"help", "threads", "json", "watch"},
      texts{"class", "objective", "layer", "init", "data"};
  const std::string name = option.get_single_name(), type = option.get_type_name();
  const auto holds = [&](const std::vector<std::string>& names) {
    return std::ranges::count(names, name) > 0;
  };
  const bool is_switch = option.get_items_expected_max() == 0;
  const bool is_choice = type.starts_with("TEXT:{");
  const bool is_number = type.starts_with("INT") || type.starts_with("UINT") ||
                         type.starts_with("FLOAT");  // CLI11's words
  return !holds(without_effect) && (is_switch || is_choice || is_number || holds(texts));
}

Manifest::Manifest(const CLI::App& command) : command_(command) {
  json_ = {{"program", "viz"},
           {"command", command.get_name()},
           {"options", Json::object()},
           {"files", Json::array()}};
  for (const CLI::Option* option : command.get_options()) {
    if (!is_described(*option)) continue;
    const std::string name = option->get_single_name();
    if (option->get_items_expected_max() == 0) {
      if (option->count() > 0) json_["options"][name] = true;
    } else if (option->count() > 0) {
      const std::vector<std::string> given = option->results();
      json_["options"][name] = given.size() == 1 ? Json(given.front()) : Json(given);
    } else if (!option->get_default_str().empty()) {
      json_["options"][name] = default_value(option->get_default_str());
    }
  }
}

void Manifest::add_model(const std::string& option, const std::string& path,
                         const nn::Model& model) {
  files_.reads_model(path, model);
  add_file(option, path);
  json_["files"].back()["weights_sha256"] = weights_sha256(model);
  for (const auto& [name, value] : model.maximise) {
    const CLI::Option* option_left_open = command_.get_option_no_throw("--" + name);
    if (option_left_open && option_left_open->count() == 0) json_["options"].erase(name);
  }
}

void Manifest::will_write(const std::vector<std::string>& outputs, const std::string& npy) {
  for (const std::string& output : outputs) files_.writes(output);
  files_.writes(npy);
  if (!npy.empty()) files_.writes(npy + ".json");
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
  set("objective", with_files(objective.expression(), portable));
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
