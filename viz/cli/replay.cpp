#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>

#include "nn/io/files.hpp"
#include "nn/printable.hpp"
#include "viz/cli/first_difference.hpp"
#include "viz/cli/manifest_file.hpp"
#include "viz/cli/remake.hpp"
#include "viz/cli/run_again.hpp"

namespace glass::viz::cli {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using Words = std::vector<std::string>;

/// Exit code of a replay that gave something else.
constexpr int exit_different = 1;

struct ReplayArguments {
  Sources sources;
  double tolerance = 4;
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

/// Calls `f`, in which a word of the command line is one of the manifest in `file`.
template <class F>
auto as_bad_input(const std::string& file, F f) {
  try {
    return as_usage(f);
  } catch (const UsageError& error) {
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
  Remade command = as_bad_input(file, [&] { return remake(manifest, args.sources); });
  const std::string before = nn::read_file(file, largest_file);

  const TemporaryFolder folder;
  const std::string option = manifest["output"], again = folder / ("again" + ending_of(file));
  Words output{"--" + option + '=' + again, "--threads=" + std::to_string(args.threads)};
  if (option != "output") output.push_back("--output=" + (folder / "picture.png"));
  command.words.insert(command.words.begin() + 1, output.begin(), output.end());
  const int code = as_bad_input(file, [&] {
    try {
      return run_again(command.words, command.names);
    } catch (const Interrupted&) {
      return static_cast<int>(exit_interrupted);
    }
  });
  if (code == exit_interrupted) notice(file + ": interrupted; nothing was compared");
  if (code != exit_done) return code;

  if (before == nn::read_file(again)) {
    print_line(file + ": made again, the same bytes");
    return exit_done;
  }
  const bool is_picture = ending_of(file) == ".png";
  if (const auto found = is_picture ? distance(file, again) : std::nullopt;
      found && found->mean <= args.tolerance) {
    print_line(text(file, ": made again, not the same bytes: ", formatted("%.2g", found->mean),
                    " of 255 grey levels apart on average, ", found->most,
                    " at most, as by another build or processor (--tolerance ", args.tolerance,
                    ")"));
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
  command
      .option(
          "--tolerance X", args->tolerance,
          "Grey levels of 255, on average, by which a picture of another build or processor may "
          "differ; 0: none")
      .within(0, 255);
  add_threads(command, args->threads);
  command.note(
      "0 means the same bytes, or a picture that is so within --tolerance, and says which; 1 "
      "something "
      "else, whose first difference is named. Nothing is written but a temporary "
      "folder. Inputs are looked for in the current folder, beside FILE, and in weights in both.");
  command.does([args] { return replay_command(*args); });
}

}  // namespace glass::viz::cli
