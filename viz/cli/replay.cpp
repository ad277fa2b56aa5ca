#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <memory>

#include "nn/files.hpp"
#include "viz/cli/manifest.hpp"
#include "viz/cli/run_again.hpp"
#include "viz/npy.hpp"
#include "viz/sha256.hpp"

namespace glass::inline GLASS_PRECISION::viz::cli {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// Exit code of a replay that gave something else.
constexpr int exit_different = 1;

struct ReplayArguments {
  std::string file;
  std::vector<std::string> folders;
  int threads = 0;
};

/// A folder that exists while this does.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (fs::temp_directory_path() / "viz-XXXXXX").string();
    if (!mkdtemp(pattern.data())) throw IoError(pattern + ": no folder can be made");
    path_ = pattern;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  fs::path path_;
};

/// Where a file of the manifest is on this machine: as it was named, or by its name alone in one of
/// a few folders. Whichever has the right digest is the right one.
std::string find_file(const Json& file, const ReplayArguments& args) {
  const fs::path named = file.value("path", ""), name = named.filename();
  const fs::path beside = fs::path(args.file).parent_path();
  std::vector<fs::path> places{named, beside / named, beside / name, name,
                               fs::path("weights") / name};
  for (const std::string& folder : args.folders) places.push_back(fs::path(folder) / name);
  std::string other;
  for (const fs::path& place : places) {
    if (!fs::is_regular_file(place)) continue;
    if (sha256(nn::read_file(place.string())) == file.value("sha256", "")) return place.string();
    if (other.empty()) other = place.string();
  }
  if (!other.empty()) {
    throw FileError(other + ": is not the file that " + args.file +
                    " was made from (sha256 differs)");
  }
  throw FileError(args.file + ": needs " + name.string() +
                  ", which is not here; --in FOLDER says "
                  "where to look");
}

/// Where a data set is: manifests keep only the last part of its folder.
std::string find_data(const std::string& name, const ReplayArguments& args) {
  std::vector<fs::path> places{name};
  for (const fs::path folder : args.folders) places.insert(places.end(), {folder / name, folder});
  for (const fs::path& place : places) {
    if (fs::is_directory(place) && fs::canonical(place).filename() == name) return place.string();
  }
  throw FileError(args.file + ": needs the data set " + name +
                  ", which is not here; --in FOLDER says where to look");
}

/// The command line that the manifest stands for.
std::vector<std::string> command_line(const Json& manifest, const ReplayArguments& args) {
  std::vector<std::string> words{manifest["command"].get<std::string>()};
  Json options = manifest["options"];
  for (const Json& file : manifest.value("files", Json::array())) {
    const std::string option = file.value("option", ""), path = find_file(file, args);
    if (option == "direction") {  // is named within the objective
      options["objective"] = replaced(options.value("objective", ""), file.value("path", ""), path);
      continue;
    }
    if (std::isupper(static_cast<unsigned char>(option.empty() ? 'a' : option.front()))) {
      words.push_back(path);  // a positional argument
    } else {
      words.insert(words.end(), {"--" + option, path});
    }
  }
  for (const auto& [name, value] : options.items()) {
    if (value.is_boolean()) {
      if (value.get<bool>()) words.push_back("--" + name);
      continue;
    }
    for (const Json& item : value.is_array() ? value : Json::array({value})) {
      if (!item.is_string()) throw FileError(args.file + ": option " + name + " is no text");
      const std::string word = item.get<std::string>();
      words.push_back("--" + name + "=" + (name == "data" ? find_data(word, args) : word));
    }
  }
  return words;
}

/// Where two pictures differ first, in words.
std::string first_difference(const Image& a, const Image& b) {
  if (a.width != b.width || a.height != b.height) {
    return text("size ", a.width, "x", a.height, " in the file, ", b.width, "x", b.height, " now");
  }
  for (Index y = 0; y < a.height; ++y)
    for (Index x = 0; x < a.width; ++x)
      for (Index c = 0; c < a.channels; ++c)
        if (a.at(x, y, c) != b.at(x, y, c)) {
          return text("pixel (", x, ",", y, "), channel ", c, ": ", int{a.at(x, y, c)},
                      " in the file, ", int{b.at(x, y, c)}, " now");
        }
  return {};
}

std::string first_difference(const Tensor& a, const Tensor& b) {
  if (a.shape() != b.shape()) return text("shape ", a.shape(), " in the file, ", b.shape(), " now");
  for (Index i = 0; i < a.size(); ++i) {
    if (a.data()[i] == b.data()[i]) continue;
    std::string place;
    Index rest = i, size = a.size();
    for (const Index dimension : a.shape()) {
      size /= dimension;
      place += (place.empty() ? "" : ",") + std::to_string(rest / size);
      rest %= size;
    }
    return text("element [", place, "]: ", a.data()[i], " in the file, ", b.data()[i], " now");
  }
  return {};
}

/// `what` is the name of the whole.
std::string first_difference(const Json& a, const Json& b, const std::string& what) {
  const auto shown = [](const Json& value) {  // a picture within a page is long
    const std::string words = value.dump(-1, ' ', true);
    return words.size() > 80 ? words.substr(0, 77) + "..." : words;
  };
  const Json left = a.flatten(), right = b.flatten();
  for (const auto& [name, value] : left.items()) {
    const std::string then = text(what, name, ": ", shown(value), " in the file, ");
    if (!right.contains(name)) return then + "nothing now";
    if (right[name] != value) return then + shown(right[name]) + " now";
  }
  return {};
}

/// Where two outputs with the same extension differ first, in words.
std::string first_difference(const std::string& a, const std::string& b) {
  std::string difference;
  if (a.ends_with(".html")) {
    difference = first_difference(data_of_page(a), data_of_page(b), "data");
  } else if (a.ends_with(".npy")) {
    difference = first_difference(read_npy(a), read_npy(b));
  } else {
    difference = first_difference(read_png(a, 3), read_png(b, 3));
  }
  if (difference.empty()) {
    difference = first_difference(read_manifest(a), read_manifest(b), "manifest");
  }
  return difference.empty() ? "the same content, but other bytes" : difference;
}

int replay_command(const ReplayArguments& args) {
  std::string file = args.file;
  if (file.ends_with(".npy.json")) file.resize(file.size() - std::strlen(".json"));
  const Json manifest = read_manifest(args.file);
  std::vector<std::string> words = command_line(manifest, args);

  const TemporaryFolder folder;
  const std::string output = manifest["output"],
                    again = folder / ("again" + fs::path(file).extension().string());
  if (output != "output") words.insert(words.end(), {"--output", folder / "picture.png"});
  words.insert(words.end(), {"--" + output, again});
  words.insert(words.end(), {"--threads", std::to_string(args.threads)});
  if (const int code = run_again(words); code != exit_done) return code;

  if (nn::read_file(file) == nn::read_file(again)) {
    std::cout << file << ": made again, the same bytes\n";
    return exit_done;
  }
  std::cout << file << ": differs: " << first_difference(file, again) << '\n';
  return exit_different;
}

}  // namespace

void add_replay(CLI::App& program, Run& run) {
  CLI::App* command = program.add_subcommand(
      "replay", "Make an output again from what it says of itself, and compare");
  const auto args = std::make_shared<ReplayArguments>();
  command->add_option("FILE", args->file, "PNG, .npy or .html that viz wrote")->required();
  command->add_option("--in", args->folders,
                      "Folder to look for models, pictures and data sets in");
  command->add_option("--threads", args->threads, "Threads; 0 uses every core")
      ->check(CLI::Range(0, 1024));
  command->footer(help_footer("0 means the same bytes, 1 something else, which is named."));
  command->callback([args, &run] { run = [args] { return replay_command(*args); }; });
}

}  // namespace glass::inline GLASS_PRECISION::viz::cli
