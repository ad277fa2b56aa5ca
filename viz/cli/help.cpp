#include <algorithm>
#include <iomanip>
#include <sstream>

#include "nn/printable.hpp"
#include "viz/cli/command.hpp"
#include "viz/cli/program.hpp"

/// How --help looks.
namespace glass::viz::cli {

namespace {

constexpr int option_column = 26;  ///< where the explanations begin

/// The words of a text, in lines.
std::vector<std::string> lines_of(const std::string& words, int width) {
  std::istringstream in(words);
  std::vector<std::string> lines{""};
  for (std::string word; in >> word;) {
    if (!lines.back().empty() && static_cast<int>(lines.back().size() + 1 + word.size()) > width) {
      lines.emplace_back();
    }
    lines.back() += (lines.back().empty() ? "" : " ") + word;
  }
  return lines;
}

}  // namespace

class Help {
 public:
  Help(const Command& command, int width) : command_(command), width_(std::clamp(width, 40, 100)) {}

  std::string all() {
    paragraph(usage());
    out_ << '\n';
    paragraph(command_.summary_);
    if (!command_.examples_.empty()) examples();
    if (!command_.commands_.empty()) commands();
    if (command_.commands_.empty()) options();
    for (const std::string& note : command_.notes_) {
      out_ << '\n';
      paragraph(note);
    }
    out_ << '\n';
    paragraph(
        "Exit codes: 0 done, 2 usage, 3 bad input, 4 input/output or memory, 130 interrupted, 1 "
        "our own bug.");
    return out_.str();
  }

 private:
  std::string program() const {
    return command_.parent_ ? command_.parent_->name() + ' ' + command_.name() : command_.name();
  }

  std::string usage() const {
    std::string line = "Usage: " + program();
    if (!command_.commands_.empty()) return line + " COMMAND ...";
    for (const auto& option : command_.options_) {
      std::string word = option->is_positional() ? option->name() : spelling(*option);
      if (option->is_positional() && option->is_list()) word += "...";
      if (option->is_required()) {
        line += ' ' + word;
      } else if (option->is_positional()) {
        line += " [" + word + ']';
      }
    }
    return line + " [options]";
  }

  /// "-o,--output FILE"
  static std::string spelling(const Option& option) {
    const std::string value = placeholder(option);
    return option.spelling() + (value.empty() || option.is_positional() ? "" : ' ' + value);
  }

  static std::string placeholder(const Option& option) {
    if (!option.placeholder_.empty() || option.takes() == Option::Takes::nothing) {
      return option.placeholder_;
    }
    return option.takes() == Option::Takes::number ? "N" : "WORD";
  }

  static std::string explanation(const Option& option) {
    std::vector<std::string> facts;
    if (!option.choices_.empty()) facts.push_back(nn::comma_list(option.choices_));
    if (!option.range_.empty()) facts.push_back(option.range_);
    std::string value = option.default_;
    if (value.empty() && !option.given()) {
      for (const std::string& word : option.words()) value += (value.empty() ? "" : ",") + word;
    }
    if (!value.empty()) facts.push_back("default: " + value);
    std::string words = option.help_;
    for (std::size_t i = 0; i < facts.size(); ++i) words += (i == 0 ? " (" : "; ") + facts[i];
    return facts.empty() ? words : words + ')';
  }

  void paragraph(const std::string& words) {
    for (const std::string& line : lines_of(words, width_)) out_ << line << '\n';
  }

  /// `term` in the left column, what it means in the right one.
  void entry(const std::string& term, const std::string& meaning, int column) {
    std::string left = "  " + term;
    if (static_cast<int>(left.size()) + 2 > column) {
      out_ << left << '\n';
      left.clear();
    }
    for (const std::string& line : lines_of(meaning, width_ - column)) {
      out_ << std::left << std::setw(column) << left << line << '\n';
      left.clear();
    }
  }

  void commands() {
    std::string group;
    for (const auto& command : command_.commands_) {
      if (command->of_group_ != group) out_ << '\n' << (group = command->of_group_) << ":\n";
      entry(command->name(), command->summary_, 15);
    }
    out_ << '\n';
    paragraph("'" + command_.name() +
              " help COMMAND' tells the options of a command, --version the version.");
  }

  void examples() {
    out_ << '\n' << (command_.commands_.empty() ? "Examples" : "To begin with") << ":\n";
    for (const auto& [words, what] : command_.examples_) {
      out_ << "  " << program() << ' ' << words << '\n';
      for (const std::string& line : lines_of(what, width_ - 6)) out_ << "      " << line << '\n';
    }
  }

  /// The groups in the order of their first option.
  void options() {
    std::vector<std::string> groups;
    for (const auto& option : command_.options_) {
      if (std::ranges::count(groups, option->group_) == 0) groups.push_back(option->group_);
    }
    const int column = width_ < 60 ? 8 : option_column;
    for (const std::string& group : groups) {
      out_ << '\n' << (group.empty() ? "Options" : group) << ":\n";
      for (const auto& option : command_.options_) {
        if (option->group_ == group) entry(spelling(*option), explanation(*option), column);
      }
    }
  }

  const Command& command_;
  int width_;
  std::ostringstream out_;
};

std::string Command::help(int width) const { return Help(*this, width).all(); }

}  // namespace glass::viz::cli
