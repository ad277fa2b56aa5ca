#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>

#include "nn/io/files.hpp"
#include "nn/printable.hpp"
#include "viz/cli/manifest.hpp"
#include "viz/cli/remake.hpp"
#include "viz/cli/run_again.hpp"
#include "viz/pictures/npy.hpp"

namespace glass::viz::cli {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using Words = std::vector<std::string>;

/// Exit code of a replay that gave something else.
constexpr int exit_different = 1;

struct ReplayArguments {
  Sources sources;
  int threads = 0;
};

/// A folder that exists while this does.
class TemporaryFolder {
 public:
  /// In the one that TMPDIR names, or /tmp. Throws IoError.
  TemporaryFolder() {
    std::error_code missing;
    const char* asked = std::getenv("TMPDIR");
    const fs::path parent = asked && !*asked ? "/tmp" : fs::temp_directory_path(missing);
    if (missing) throw IoError("no folder for temporary files (TMPDIR): " + missing.message());
    std::string pattern = (parent / "viz-XXXXXX").string();
    if (!mkdtemp(pattern.data())) {
      throw IoError(parent.string() + ": no temporary folder can be made: " + std::strerror(errno));
    }
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

/// Calls `f`, in which a word of the command line is one of the manifest in `file`.
template <class F>
auto as_bad_input(const std::string& file, F f) {
  try {
    return f();
  } catch (const FileError&) {
    throw;
  } catch (const IoError&) {
    throw;
  } catch (const Error& error) {
    throw FileError(file + ": cannot be made again: " + nn::printable(error.what(), 300));
  }
}

/// A PNG may be called anything.
std::string ending_of(const std::string& file) {
  const std::string ending = fs::path(file).extension().string();
  return ending == ".npy" || ending == ".html" ? ending : ".png";
}

int replay_command(const ReplayArguments& args) {
  catch_interrupts_to_clean_up();
  std::string file = args.sources.file;
  if (file.ends_with(".npy.json")) file.resize(file.size() - std::strlen(".json"));
  const Json manifest = read_manifest(args.sources.file);
  Words words = as_bad_input(file, [&] { return remake(manifest, args.sources); });
  const std::string before = nn::read_file(file, largest_file);

  const TemporaryFolder folder;
  const std::string option = manifest["output"], again = folder / ("again" + ending_of(file));
  Words output{"--" + option + '=' + again, "--threads=" + std::to_string(args.threads)};
  if (option != "output") output.push_back("--output=" + (folder / "picture.png"));
  words.insert(words.begin() + 1, output.begin(), output.end());
  const int code = as_bad_input(file, [&] { return run_again(words); });
  if (code == exit_interrupted) notice(file + ": interrupted; nothing was compared");
  if (code != exit_done) return code;

  if (before == nn::read_file(again)) {
    print_line(file + ": made again, the same bytes");
    return exit_done;
  }
  print_line(file + ": differs: " + nn::printable(first_difference(file, again), 300));
  return exit_different;
}

}  // namespace

void add_replay(Command& program) {
  Command& command =
      program.command("replay", "Make an output again from what it says of itself, and compare");
  command.example("three.png --in weights", "the same bytes?");
  const auto args = std::make_shared<ReplayArguments>();
  command.option("FILE", args->sources.file, "PNG, .npy or .html that viz wrote").required();
  command.option("--in DIR", args->sources.folders,
                 "Also look in this folder for models, pictures and data sets");
  command.option("--threads N", args->threads, "Threads; 0 uses every core").within(0, 1024);
  command.note(
      "0 means the same bytes, 1 something else, which is named. Nothing is written but a "
      "temporary "
      "folder. Inputs are looked for in the current folder, beside FILE, and in weights in both.");
  command.does([args] { return replay_command(*args); });
}

}  // namespace glass::viz::cli
