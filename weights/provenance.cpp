#include "weights/provenance.hpp"

#include <filesystem>

namespace glass::training {

namespace {

std::string last_part(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return std::filesystem::path(path).filename().string();
}

/// In single quotes where the shell would read it as anything but one plain word.
std::string shell_word(const std::string& word) {
  const bool plain = !word.empty() && word.find_first_not_of(
                                          "abcdefghijklmnopqrstuvwxyz"
                                          "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                          "0123456789-_./=+:,@%") == word.npos;
  if (plain) return word;
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

}  // namespace

std::string command_for_card(int argc, char** argv) {
  std::string command = "train";
  std::string option;  // the one whose value comes next; empty before a positional argument
  for (int i = 1; i < argc; ++i) {
    std::string word = argv[i], prefix;
    const bool names_option = word.starts_with('-');
    if (names_option) {
      const std::size_t equals = word.find('=');
      option = word.substr(0, equals);
      if (equals != word.npos) {
        prefix = word.substr(0, equals + 1);
        word.erase(0, equals + 1);
      }
    }
    const bool is_value = !names_option || !prefix.empty();
    if (is_value && (option == "--data" || word.starts_with('/'))) word = last_part(word);
    if (option != "--commit" && option != "--threads" && option != "--resume" &&
        option != "--report") {
      command += ' ' + prefix + shell_word(word);
    }
    if (is_value || option == "--resume") option.clear();
  }
  return command;
}

}  // namespace glass::training
