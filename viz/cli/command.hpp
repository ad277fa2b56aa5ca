#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "autograd/geometry.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

/// What a command line may say, as the commands declare it. Only command.cpp and option.cpp know by what
/// it is parsed.
namespace glass::viz::cli {

/// What the option fills in, and what it takes: nothing, a number (as a person would write it, see
/// option.cpp), a word, or several.
using Variable = std::variant<bool*, int*, Index*, std::uint64_t*, double*, std::string*,
                              std::vector<std::string>*, std::vector<double>*, Size2*>;

/// "64" or "48x64", height first; nothing if it is neither, or not from 1 to 65536.
std::optional<Size2> read_size(const std::string& word);

/// One option of a command, or a word without a name ("MODEL"). Whatever breaks what it declares is a
/// UsageError before the command runs.
class Option {
 public:
  enum class Takes { nothing, number, choice, text };

  // Each gives the option back, for the next.
  Option& required();
  Option& within(double low, double high);         ///< numbers, both ends allowed
  Option& positive(double high);                   ///< numbers above 0, up to `high`
  Option& one_of(std::vector<std::string> words);  ///< of several words, each
  Option& with_commas();                           ///< several words as one: a,b,c
  Option& needs(const Option& other);
  Option& excludes(const Option& other);
  /// The value without the option is not that of the variable, but what these words of --help say.
  Option& by_default(std::string words);

  const std::string& name() const { return name_; }          ///< "steps" of --steps, or "MODEL"
  const std::string& spelling() const { return spelling_; }  ///< "-o,--output", or "MODEL"
  bool is_positional() const;
  bool is_required() const;
  bool is_list() const { return is_list_; }
  Takes takes() const { return takes_; }
  bool given() const;
  /// As they were given; else, the variable's value as it was declared; empty without either.
  std::vector<std::string> words() const;

 private:
  friend class Command;
  friend class Help;
  Option(CLI::Option* option, const Variable& variable, std::string spelling,
         std::string placeholder);

  CLI::Option* option_;
  Takes takes_;
  bool is_list_;
  std::string name_, spelling_, placeholder_, help_, group_, range_, default_;
  std::vector<std::string> choices_;
};

/// What to call the files at these paths.
using FileNames = std::map<std::string, std::string>;

/// A command, or a program, which may have commands below it.
class Command {
 public:
  Command(const std::string& name, const std::string& summary);
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  /// --help shows together the options, or the commands, that are declared from now on.
  void group(const std::string& title) { group_ = title; }
  /// `names` as --help shows them: "-o,--output FILE", "--steps N", "--json", "MODEL". The range and the
  /// default need no words.
  template <class T>
  Option& option(const std::string& names, T& value, const std::string& help) {
    return add(names, &value, help);
  }
  /// An option that names a file to write. "-" is standard output (see `is_standard_output`).
  Option& output(const std::string& names, std::string& value, const std::string& help);
  void alias(const std::string& name);
  Command& command(const std::string& name, const std::string& summary);
  /// A line to try, without the program's name, and what it is good for.
  void example(const std::string& words, const std::string& what);
  void note(const std::string& words);  ///< at the end of --help
  /// What it does once the command line was read: -> the exit code.
  void does(std::function<int()> run) { run_ = std::move(run); }

  const std::string& name() const { return name_; }
  /// All but --help.
  const std::vector<std::unique_ptr<Option>>& options() const { return options_; }
  const Option* find_option(const std::string& name) const;    ///< or nullptr
  const Command* find_command(const std::string& name) const;  ///< or nullptr
  bool given(const std::string& option) const;                 ///< false if there is none

  /// Reads the words after a program's name. Returns what is to be shown instead of running (help, the
  /// version), if that is what they ask for. Throws UsageError.
  std::optional<std::string> parse(std::vector<std::string> words);
  /// Does what the words that were read ask for. -> the exit code
  int run() const;
  /// --help, in lines of up to `width` characters.
  std::string help(int width) const;
  /// In what the program and its commands write, files at these paths are called by these names.
  void name_files(const FileNames& names) { file_names_ = names; }
  const FileNames& file_names() const { return parent_ ? parent_->file_names() : file_names_; }
  /// From now on it is called so: an installed program may have another name than one in a build.
  void rename(const std::string& name) { name_ = name; }

 private:
  friend class Help;
  Option& add(const std::string& names, Variable variable, const std::string& help);
  const Command& chosen() const;
  std::vector<std::string> option_names() const;
  std::string complaint(const std::string& reason) const;

  std::shared_ptr<CLI::App> app_;
  std::string name_, summary_, group_, of_group_;
  const Command* parent_ = nullptr;
  FileNames file_names_;
  std::vector<std::unique_ptr<Option>> options_;
  std::vector<std::unique_ptr<Command>> commands_;
  std::vector<std::pair<std::string, std::string>> examples_;
  std::vector<std::string> notes_;
  std::function<int()> run_;
};

/// Whether a path is that of the program's standard output.
bool is_standard_output(const std::string& path);

}  // namespace glass::viz::cli
