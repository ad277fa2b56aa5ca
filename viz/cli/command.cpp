#include "viz/cli/command.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>

#include "autograd/table.hpp"
#include "nn/suggestion.hpp"
#include "viz/cli/numbers.hpp"
#include "viz/cli/program.hpp"

namespace glass::viz::cli {

namespace {

constexpr const char* standard_output = "/dev/stdout";

/// `complain` gives the complaint about a word, or nothing.
template <class F>
CLI::Validator validator(F complain) {
  return CLI::Validator([=](std::string& word) -> std::string { return complain(word); }, "");
}

template <class F>
CLI::Validator only(const char* what, F fits) {
  return validator([=](const std::string& word) {
    return fits(word) ? "" : (word.empty() ? "an empty word" : word) + " is not " + what;
  });
}

/// What any option of this type takes.
void check_words(CLI::Option& option, const Variable& variable) {
  if (std::holds_alternative<int*>(variable) || std::holds_alternative<Index*>(variable)) {
    option.check(only("a whole number",
                      [](const std::string& word) { return is_whole_number(word, true); }));
  } else if (std::holds_alternative<std::uint64_t*>(variable)) {
    option.check(only("a whole number from 0 to 2^64 - 1",
                      [](const std::string& word) { return is_whole_number(word, false); }));
  } else if (std::holds_alternative<double*>(variable) ||
             std::holds_alternative<std::vector<double>*>(variable)) {
    option.check(only("a number", is_decimal_number));
  } else if (!std::holds_alternative<bool*>(variable)) {
    option.check(validator([](const std::string& word) {
      return std::string(word.empty() ? "expected a word, found none" : "");
    }));
  }
}

Option::Takes takes_of(const Variable& variable) {
  if (std::holds_alternative<bool*>(variable)) return Option::Takes::nothing;
  const bool is_text = std::holds_alternative<std::string*>(variable) ||
                       std::holds_alternative<std::vector<std::string>*>(variable);
  return is_text ? Option::Takes::text : Option::Takes::number;
}

bool is_list_of(const Variable& variable) {
  return std::holds_alternative<std::vector<std::string>*>(variable) ||
         std::holds_alternative<std::vector<double>*>(variable);
}

std::string listed(const std::vector<std::string>& words) {
  std::string list;
  for (std::size_t i = 0; i < words.size(); ++i) {
    list += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + words[i];
  }
  return list;
}

}  // namespace

Option::Option(CLI::Option* option, const Variable& variable, std::string spelling,
               std::string placeholder)
    : option_(option),
      takes_(takes_of(variable)),
      is_list_(is_list_of(variable)),
      name_(option->get_single_name()),
      spelling_(std::move(spelling)),
      placeholder_(std::move(placeholder)) {}

Option& Option::required() {
  option_->required();
  return *this;
}

Option& Option::within(double low, double high) {
  range_ = formatted("%.12g", low) + " to " + formatted("%.12g", high);
  option_->check(validator([=, range = range_](const std::string& word) {
    const double value = std::strtod(word.c_str(), nullptr);
    return value >= low && value <= high ? "" : word + " is not in " + range;
  }));
  return *this;
}

Option& Option::positive(double high) {
  range_ = "above 0, up to " + formatted("%.12g", high);
  option_->check(validator([=, range = range_](const std::string& word) {
    const double value = std::strtod(word.c_str(), nullptr);
    return value > 0 && value <= high ? "" : word + " is not " + range;
  }));
  return *this;
}

Option& Option::one_of(std::vector<std::string> words) {
  takes_ = Takes::choice;
  choices_ = std::move(words);
  option_->check(validator([choices = choices_](const std::string& word) {
    if (std::ranges::count(choices, word) > 0) return std::string();
    return word + " is not " + listed(choices) + nn::did_you_mean(word, choices);
  }));
  return *this;
}

Option& Option::with_commas() {
  option_->delimiter(',')->allow_extra_args(false);  // MODEL may follow
  return *this;
}

Option& Option::needs(const Option& other) {
  option_->needs(other.option_);
  return *this;
}

Option& Option::excludes(const Option& other) {
  option_->excludes(other.option_);
  return *this;
}

Option& Option::by_default(std::string words) {
  default_ = std::move(words);
  option_->default_str("");
  return *this;
}

bool Option::is_positional() const { return option_->get_positional(); }

bool Option::is_required() const { return option_->get_required(); }

bool Option::given() const { return option_->count() > 0; }

std::vector<std::string> Option::words() const {
  if (given()) return option_->results();
  const std::string value = option_->get_default_str();
  if (!is_list_) return value.empty() ? std::vector<std::string>{} : std::vector{value};
  return value.size() < 2 ? std::vector<std::string>{}
                          : CLI::detail::split(value.substr(1, value.size() - 2), ',');  // [1,2]
}

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
        } else {
          return app_->add_option(flags, *value)->capture_default_str();
        }
      },
      variable);
  check_words(*option, variable);
  options_.emplace_back(new Option(option, variable, flags, placeholder));
  options_.back()->help_ = help;
  options_.back()->group_ = group_;
  return *options_.back();
}

Option& Command::output(const std::string& names, std::string& value, const std::string& help) {
  Option& option = add(names, &value, help);
  option.option_->transform(validator([](std::string& word) {
    if (word == "-") word = standard_output;
    return std::string();
  }));
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
    return chosen().help(terminal_width());
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
