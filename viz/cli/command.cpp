#include "viz/cli/command.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "nn/suggestion.hpp"
#include "viz/cli/program.hpp"

namespace glass::viz::cli {

namespace {

constexpr const char* standard_output = "/dev/stdout";

}  // namespace

Command::Command(const std::string& name, const std::string& summary)
    : app_(std::make_shared<CLI::App>(summary, name)), name_(name), summary_(summary) {}

Option& Command::add(const std::string& names, Variable variable, const std::string& help) {
  const std::size_t space = std::min(names.find(' '), names.size());
  const std::string flags = names.substr(0, space),
                    placeholder = space < names.size() ? names.substr(space + 1) : "";
  CLI::Option* const option = std::visit(
      [&](auto* value) {
        if constexpr (std::is_same_v<decltype(value), bool*>) {
          return app_->add_flag(flags, *value);
        } else if constexpr (std::is_same_v<decltype(value), Size2*>) {
          return app_->add_option_function<std::string>(
              flags, [value](const std::string& word) { *value = read_size(word).value(); });
        } else {
          return app_->add_option(flags, *value)->capture_default_str();
        }
      },
      variable);
  options_.emplace_back(new Option(option, variable, flags, placeholder));
  options_.back()->help_ = help;
  options_.back()->group_ = group_;
  return *options_.back();
}

Option& Command::output(const std::string& names, std::string& value, const std::string& help) {
  Option& option = add(names, &value, help);
  option.option_->transform(
      [](const std::string& word) { return word == "-" ? std::string(standard_output) : word; });
  return option;
}

void Command::alias(const std::string& name) { app_->alias(name); }

Command& Command::command(const std::string& name, const std::string& summary) {
  commands_.push_back(std::make_unique<Command>(name, summary));
  Command& child = *commands_.back();
  child.parent_ = this;
  child.of_group_ = group_;
  app_->add_subcommand(child.app_);
  app_->require_subcommand(0, 1);  // so that a misspelt command is named, not only missed
  return child;
}

void Command::example(const std::string& words, const std::string& what) {
  examples_.emplace_back(words, what);
}

void Command::note(const std::string& words) { notes_.push_back(words); }

const Option* Command::find_option(const std::string& name) const {
  for (const auto& option : options_) {
    if (option->name() == name) return option.get();
  }
  return nullptr;
}

const Command* Command::find_command(const std::string& name) const {
  for (const auto& command : commands_) {
    if (command->name() == name) return command.get();
  }
  return nullptr;
}

bool Command::given(const std::string& option) const {
  const Option* const found = find_option(option);
  return found && found->given();
}

const Command& Command::chosen() const {
  for (const auto& command : commands_) {
    if (command->app_->parsed()) return *command;
  }
  return *this;
}

std::vector<std::string> Command::option_names() const {
  std::vector<std::string> names{"--help"};
  for (const auto& option : options_) {
    for (const std::string& name : option->option_->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

/// What is wrong with the words. CLI11 tells of what is missing before it tells of what it does not
/// know, and that is often the same mistake.
std::string Command::complaint(const std::string& reason) const {
  const std::vector<std::string> unknown = app_->remaining(true);
  const Command& command = chosen();
  const auto option = std::ranges::find_if(
      unknown, [](const std::string& word) { return word.starts_with('-') && word.size() > 1; });
  if (option != unknown.end()) {
    const std::string name = option->substr(0, option->find('='));
    return name + ": no such option" + nn::did_you_mean(name, command.option_names());
  }
  if (unknown.empty() || &command != this || commands_.empty()) return reason;
  std::vector<std::string> names;
  for (const auto& known : commands_) names.push_back(known->name());
  return unknown.front() + ": no such command" + nn::did_you_mean(unknown.front(), names);
}

std::optional<std::string> Command::parse(std::vector<std::string> words) {
  if (!app_->get_version_ptr()) app_->set_version_flag("--version", "glassgrad " GLASS_VERSION);
  if (!commands_.empty() && !words.empty() && words.front() == "help") {
    words.erase(words.begin());
    words.push_back("--help");
  }
  std::ranges::reverse(words);  // as CLI11 takes them
  try {
    app_->parse(words);
    return {};
  } catch (const CLI::CallForHelp&) {
    const bool of_nothing = &chosen() == this && !app_->remaining(true).empty();
    if (of_nothing && !commands_.empty()) throw UsageError(complaint(""));
    return chosen().help(static_cast<int>(terminal_size(STDOUT_FILENO).columns));
  } catch (const CLI::CallForVersion& version) {
    return std::string(version.what()) + '\n';
  } catch (const CLI::ParseError& error) {
    throw UsageError(complaint(error.what()));
  }
}

int Command::run() const { return chosen().run_(); }

bool is_standard_output(const std::string& path) {
  return path == standard_output || path == "/dev/fd/1" || path == "/proc/self/fd/1";
}

}  // namespace glass::viz::cli
