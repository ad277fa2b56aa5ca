#include <iostream>
#include <nlohmann/json.hpp>

#include "../test_data_files.hpp"
#include "markdown.hpp"
#include "scratch.hpp"

/// Runs the commands that one page prints, in a copy of the project, with our programs on the path:
/// all of viz, train or bench in ```sh blocks, and those in the text that name a model of weights/. They
/// must end with exit code 0. Of the commands that build, install or come from other packages, the
/// presets, targets, exercises, folders and files that they name must exist. Any other line in such a
/// block is a mistake.
namespace {

namespace fs = markdown::fs;

const fs::path project = GLASS_SOURCE_DIR;

std::vector<std::string> words_of(const std::string& command) {
  std::istringstream stream(command);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

/// The word after `option`; empty if there is none.
std::string value_of(const std::vector<std::string>& words, const std::string& option) {
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (words[i] == option) return words[i + 1];
  }
  return "";
}

bool has_preset(const std::string& kind, const std::string& name) {
  const auto presets = nlohmann::json::parse(slurp((project / "CMakePresets.json").string()));
  for (const auto& preset : presets.at(kind)) {
    if (preset.at("name") == name && !preset.value("hidden", false)) return true;
  }
  return false;
}

/// add_executable(TARGET ...) and the like.
bool has_target(const std::string& target) {
  for (auto entry = fs::recursive_directory_iterator(project); entry != fs::end(entry); ++entry) {
    if (entry->path() == project / "build") entry.disable_recursion_pending();
    if (entry->path().filename() != "CMakeLists.txt") continue;
    const std::string text = slurp(entry->path().string());
    for (const char* after : {" ", "\n", ")"}) {
      if (text.find("(" + target + after) != text.npos) return true;
    }
  }
  return false;
}

/// The first path in a command that is to be found in the project and is not; empty if there is none.
/// What a build makes is not looked for, nor what lies elsewhere.
std::string missing_file(const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    const bool elsewhere = word.find_first_of(":=$*\"'") != word.npos || word.starts_with("/") ||
                           word.starts_with("-") || word.starts_with("build/") ||
                           word.starts_with("./build/");
    const bool path = word.find('/') != word.npos || word.ends_with(".py");
    if (path && !elsewhere && !fs::exists(project / word)) return word;
  }
  return "";
}

/// What is wrong with a command that builds or tests; empty if nothing is.
std::string check_build_command(const std::vector<std::string>& words) {
  const std::string preset = value_of(words, "--preset"), target = value_of(words, "--target");
  const std::string label = value_of(words, "-L");
  const bool workflow = value_of(words, "cmake") == "--workflow";
  const char* kind = workflow                                ? "workflowPresets"
                     : words[0] == "ctest"                   ? "testPresets"
                     : value_of(words, "cmake") == "--build" ? "buildPresets"
                                                             : "configurePresets";
  if (!preset.empty() && !has_preset(kind, preset)) return "no preset '" + preset + "'";
  if (!target.empty() && !has_target(target)) return "no target '" + target + "'";
  if (label.starts_with("exercise-")) {
    for (const auto& entry : fs::directory_iterator(project / "docs/exercises")) {
      if (entry.path().filename().string().starts_with(label.substr(9) + "-")) return "";
    }
    return "no exercise '" + label + "'";
  }
  return "";
}

class Commands {
 public:
  Commands() {
    make_scratch_copy(project, folder_ / "");
    fs::current_path(folder_ / "");
    fs::create_directories("build/release");
    fs::create_directory_symlink(GLASS_PROGRAMS_DIR, "build/release/bin");
    const std::string path = std::getenv("PATH");
    setenv("PATH", (std::string(GLASS_PROGRAMS_DIR) + ":" + path).c_str(), 1);
  }

  /// What is wrong with `command`; empty if nothing is.
  std::string check(std::string command) {
    std::vector<std::string> words = words_of(command);
    while (!words.empty() && words[0].find('=') != std::string::npos) words.erase(words.begin());
    if (words.empty() || words[0][0] == '#') return "";
    const std::string program = words[0];
    for (const std::string ours : {"viz", "train", "bench"}) {
      if (program == ours || program == "build/release/bin/" + ours) return run(command, words);
    }
    for (const char* elsewhere : {"cd", "export", "rm", "glassgrad-viz", "glassgrad-train"}) {
      if (program == elsewhere) return "";
    }
    if (const std::string file = missing_file(words); !file.empty()) return "no file " + file;
    if (program == "cmake" || program == "ctest") return check_build_command(words);
    const bool script = program.find('/') != program.npos;
    for (const char* known : {"apt-get", "brew", "docker", "git", "python3", "wsl", "sudo"}) {
      if (script || program == known) return "";
    }
    return "a command that this test does not know";
  }

 private:
  std::string run(const std::string& command, const std::vector<std::string>& words) {
    const std::string data = value_of(words, "--data");
    if (!data.empty() && !fs::exists(data)) {
      data_files::write_noise_folder(data, command.find("cifar") != std::string::npos);
    }
    const Run result = run_program("{ " + command + "\n} < /dev/null");
    return result.code == 0 ? "" : "exit code " + std::to_string(result.code) + ": " + result.err;
  }

  TemporaryFolder folder_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const markdown::Page page = markdown::read_page(project / argv[1]);
  std::vector<std::string> commands;
  for (std::string span : markdown::code_spans(page)) {
    std::replace(span.begin(), span.end(), '\n', ' ');
    const bool ours = span.starts_with("viz ") || span.starts_with("train ");
    if (ours && span.find("weights/") != span.npos) commands.push_back(span);
  }
  for (const markdown::Block& block : page.blocks) {
    if (block.language != "sh") continue;
    std::string command;  // a backslash joins lines
    for (const std::string& line : markdown::lines(block.text)) {
      command += line;
      if (command.ends_with("\\")) {
        command.pop_back();
        continue;
      }
      for (std::size_t end; (end = command.find(" && ")) != command.npos;) {
        commands.push_back(command.substr(0, end));
        command.erase(0, end + 4);
      }
      commands.push_back(command);
      command.clear();
    }
  }
  Commands runner;
  int wrong = 0;
  for (const std::string& command : commands) {
    const std::string mistake = runner.check(command);
    if (mistake.empty()) continue;
    ++wrong;
    std::cout << argv[1] << ": " << command << "\n  " << mistake << '\n';
  }
  std::cout << commands.size() - static_cast<std::size_t>(wrong) << " of " << commands.size()
            << " commands do\n";
  return !commands.empty() && wrong == 0 ? 0 : 1;
}
