#include "viz/cli/remake.hpp"

#include <algorithm>
#include <filesystem>

#include "nn/io/files.hpp"
#include "nn/io/sha256.hpp"
#include "nn/printable.hpp"
#include "viz/cli/attribute.hpp"
#include "viz/cli/manifest_file.hpp"
#include "viz/cli/painting.hpp"

namespace glass::viz::cli {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using Words = std::vector<std::string>;

bool is_one_of(const Words& names, const std::string& name) {
  return std::ranges::count(names, name) > 0;
}

/// With the commands that write manifests, the options that name outputs, and those that name inputs.
const Words commands{"maximise", "gallery",   "process",  "regulariser", "sweep", "features",
                     "invert",   "attribute", "saliency", "attack",      "dream"},
    output_options{"output", "npy", "animation", "unregularised", "report"},
    input_options{"MODEL", "IMAGE", "init", "baseline", "judge", "beside"};

/// A single name, not a way to somewhere.
bool is_plain_name(const fs::path& name) {
  return !name.empty() && name == name.filename() && name != "." && name != ".." &&
         name.string().find('\0') == std::string::npos;
}

class Remake {
 public:
  Remake(const Json& manifest, const Sources& sources, const Command& command, FileNames& names)
      : manifest_(manifest), sources_(sources), command_(command), names_(names) {}

  Words words() const {
    const std::string output = manifest_["output"];
    if (!is_one_of(output_options, output) || !command_.find_option(output)) {
      refuse("the output '" + nn::printable(output) + "', which viz " + command_.name() +
             " does not write");
    }
    Words words{command_.name()}, options;
    for (const Json& file : manifest_["files"]) add_file(file, words, options);
    for (const auto& [name, value] : manifest_["options"].items()) add_option(name, value, options);
    // What is older than --width says nothing of it, and was not enlarged.
    if (command_.find_option("width") && !manifest_["options"].contains("width")) {
      options.push_back("--width=0");
    }
    words.insert(words.end(), options.begin(), options.end());
    return words;
  }

 private:
  [[noreturn]] void refuse(const std::string& found) const {
    throw FileError(sources_.file + ": expected a manifest of viz, found " + found);
  }

  void add_file(const Json& file, Words& positional, Words& options) const {
    const std::string name = file["option"];
    if (name == "direction") return;  // is named within the objective
    const Option* option = is_one_of(input_options, name) ? command_.find_option(name) : nullptr;
    if (!option) {
      refuse("a file for '" + nn::printable(name) + "', which viz " + command_.name() +
             " does not read");
    }
    // No path is a command's name, or begins with a '-'.
    const std::string path = (fs::path(".") / find_file(file)).string();
    names_[path] = file["path"];
    option->is_positional() ? positional.push_back(path)
                            : options.push_back("--" + name + '=' + path);
  }

  void add_option(const std::string& name, const Json& value, Words& words) const {
    const Option* option = command_.find_option(name);
    if (!option || !is_described(*option)) {
      refuse("the option '" + nn::printable(name) + "', which manifests of viz " + command_.name() +
             " do not have");
    }
    if (option->takes() == Option::Takes::nothing) {
      if (value != true) refuse("a value for --" + name + ", which is a switch");
      words.push_back("--" + name);
      return;
    }
    if (value.is_array() && !option->is_list()) {
      refuse("several values for --" + name);
    }
    for (const Json& item : value.is_array() ? value : Json::array({value})) {
      if (!item.is_string()) refuse("a value for --" + name + " that is no text");
      words.push_back("--" + name + '=' + checked(name, item, *option));
    }
  }

  /// A word that stands for itself: without a value CLI11 would take the next word, and split lists.
  std::string checked(const std::string& name, const std::string& word,
                      const Option& option) const {
    const bool split = option.is_list() && (word.find(',') != word.npos || word.starts_with('['));
    const bool is_path = (name == "init" && is_file(word)) ||
                         (name == "baseline" && is_baseline_file(word));  // belongs to the files
    if (word.empty() || split || is_path || word.find('\0') != word.npos) {
      refuse("--" + name + " '" + nn::printable(word) + "'");
    }
    if (name == "data") return find_data(word);
    if (name == "objective" && word.find(':') != word.npos) return with_directions(word);
    if (name == "class") with_no_direction(word);
    return word;
  }

  /// A class is the end of an expression.
  void with_no_direction(const std::string& word) const {
    with_files("logit:" + word, [&](const std::string&) -> std::string {
      refuse("a class that names a file, '" + nn::printable(word) + "'");
    });
  }

  /// The objective with the places of its directions, which are those of the manifest, in its order.
  std::string with_directions(const std::string& objective) const {
    const Json& files = manifest_["files"];
    auto next = files.begin();
    const auto skip_others = [&] {
      while (next != files.end() && (*next)["option"] != "direction") ++next;
      return next != files.end();
    };
    return with_files(objective, [&](const std::string& path) {
      if (!skip_others() || (*next)["path"] != path) {
        refuse("the direction '" + nn::printable(path) + "' without a digest");
      }
      const std::string place = find_file(*next++);
      names_[place] = path;
      return place;
    });
  }

  /// The current folder, and that of the file if it is another.
  std::vector<fs::path> here() const {
    const fs::path beside = fs::path(sources_.file).parent_path();
    return beside.empty() ? std::vector<fs::path>{""} : std::vector<fs::path>{"", beside};
  }

  /// Whichever has the right digest is the right one.
  std::string find_file(const Json& file) const {
    const std::string words = file["path"];
    const fs::path named = words, name = named.filename();
    std::vector<fs::path> places;
    const bool goes_up = std::ranges::count(named, fs::path("..")) > 0;
    for (const fs::path& folder : here()) {
      if (named.is_relative() && !goes_up && named != name) places.push_back(folder / named);
      places.insert(places.end(), {folder / name, folder / "weights" / name});
    }
    for (const std::string& folder : sources_.folders) places.push_back(fs::path(folder) / name);
    std::string other;
    for (const fs::path& place : places) {
      std::error_code not_here;
      if (!is_plain_name(name) || !fs::is_regular_file(place, not_here)) continue;
      if (sha256(nn::read_file(place.string(), largest_file)) == file["sha256"]) {
        return place.string();
      }
      if (other.empty()) other = place.string();
    }
    if (!other.empty()) {
      throw FileError(other + ": is not the file that " + sources_.file +
                      " was made from (sha256 differs)");
    }
    not_here(words);
  }

  /// A folder of that name, here or within one of the further folders, or one of these itself:
  /// manifests keep only the last part of its path.
  std::string find_data(const std::string& name) const {
    std::vector<fs::path> places;
    for (const fs::path& folder : here()) places.push_back(folder / name);
    for (const fs::path folder : sources_.folders) {
      places.insert(places.end(), {folder / name, folder});
    }
    for (const fs::path& place : places) {
      std::error_code none;
      if (!is_plain_name(name) || !fs::is_directory(place, none)) continue;
      if (fs::canonical(place, none).filename() == name) return place.string();
    }
    not_here(name);
  }

  [[noreturn]] void not_here(const std::string& name) const {
    throw FileError(sources_.file + ": needs '" +
                    nn::printable(fs::path(name).filename().string()) +
                    "', which is not here; --in FOLDER says where to look");
  }

  const Json& manifest_;
  const Sources& sources_;
  const Command& command_;
  FileNames& names_;
};

}  // namespace

Remade remake(const Json& manifest, const Sources& sources) {
  const std::string name = manifest["command"];
  if (!is_one_of(commands, name)) {
    throw FileError(sources.file + ": expected a manifest of viz, found the command '" +
                    nn::printable(name) + "'");
  }
  Command program("viz", "");
  add_commands(program);
  Remade remade;
  remade.words = Remake(manifest, sources, *program.find_command(name), remade.names).words();
  return remade;
}

}  // namespace glass::viz::cli
