#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdlib>

#include "autograd/table.hpp"
#include "nn/suggestion.hpp"
#include "viz/cli/command.hpp"

/// What an option takes. Numbers are what a person would write, which is less than what parsers take:
/// those also read 0x10 and 010, take -1 for 2^64 - 1, and let NaN and what is too large pass.
namespace glass::viz::cli {

namespace {

using Takes = Option::Takes;

/// "12": not "012" or "0x12", and, to a parser that sets `errno`, not too large.
template <class Parse>
bool is_whole(const std::string& word, const std::string& digits, Parse parse) {
  if (digits.empty() || digits.find_first_not_of("0123456789") != digits.npos) return false;
  errno = 0;
  parse(word.c_str(), nullptr, 10);
  return errno == 0 && (digits == "0" || digits[0] != '0');
}

/// From 0 to 2^64 - 1.
bool is_natural(const std::string& word) { return is_whole(word, word, std::strtoull); }

/// Of 64 bits, with or without a minus sign.
bool is_integer(const std::string& word) {
  return is_whole(word, word.substr(word.starts_with('-') ? 1 : 0), std::strtoll);
}

/// "-1.5e3", and not too large for a double.
bool is_decimal(const std::string& word) {
  if (word.find_first_not_of("+-.0123456789eE") != word.npos) return false;
  char* end = nullptr;
  const double value = std::strtod(word.c_str(), &end);
  return end == word.c_str() + word.size() && !word.empty() && std::isfinite(value);
}

/// What a variable's type says of the words of its option.
struct Kind {
  Takes takes;
  bool is_list;
  const char* what;  ///< each word is
  bool (*fits)(const std::string& word);
};

/// In the order of the types in `Variable`.
constexpr Kind kinds[std::variant_size_v<Variable>] = {
    {Takes::nothing, false, "", nullptr},
    {Takes::number, false, "a whole number", is_integer},
    {Takes::number, false, "a whole number", is_integer},
    {Takes::number, false, "a whole number from 0 to 2^64 - 1", is_natural},
    {Takes::number, false, "a number", is_decimal},
    {Takes::text, false, "", nullptr},
    {Takes::text, true, "", nullptr},
    {Takes::number, true, "a number", is_decimal},
    {Takes::text, false, "a size, such as 64 or 48x64, at most 65536",
     [](const std::string& word) { return read_size(word).has_value(); }}};

/// `complain` gives the complaint about a word, or nothing.
template <class F>
CLI::Validator validator(F complain) {
  return CLI::Validator([=](std::string& word) -> std::string { return complain(word); }, "");
}

/// `fits` is asked about each number.
template <class F>
CLI::Validator only(const std::string& range, F fits) {
  return validator([=](const std::string& word) {
    return fits(std::strtod(word.c_str(), nullptr)) ? "" : word + " is not " + range;
  });
}

std::string listed(const std::vector<std::string>& words) {
  std::string list;
  for (std::size_t i = 0; i < words.size(); ++i) {
    list += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + words[i];
  }
  return list;
}

}  // namespace

std::optional<Size2> read_size(const std::string& word) {
  const auto read = [](const std::string& side) -> Index {
    constexpr Index largest = 65536;
    const Index pixels = is_natural(side) ? std::strtoll(side.c_str(), nullptr, 10) : 0;
    return pixels <= largest ? pixels : 0;
  };
  const std::size_t x = word.find('x');
  const Index h = read(word.substr(0, x)), w = x == word.npos ? h : read(word.substr(x + 1));
  if (h <= 0 || w <= 0) return {};
  return Size2(h, w);
}

Option::Option(CLI::Option* option, const Variable& variable, std::string spelling,
               std::string placeholder)
    : option_(option),
      takes_(kinds[variable.index()].takes),
      is_list_(kinds[variable.index()].is_list),
      name_(option->get_single_name()),
      spelling_(std::move(spelling)),
      placeholder_(std::move(placeholder)) {
  if (takes_ == Takes::nothing) return;
  option_->check(validator([kind = kinds[variable.index()]](const std::string& word) {
    if (!kind.fits) return std::string(word.empty() ? "expected a word, found none" : "");
    if (kind.fits(word)) return std::string();
    return (word.empty() ? "an empty word" : word) + " is not " + kind.what;
  }));
}

Option& Option::required() {
  option_->required();
  return *this;
}

Option& Option::within(double low, double high) {
  range_ = formatted("%.12g", low) + " to " + formatted("%.12g", high);
  option_->check(only("in " + range_, [=](double value) { return value >= low && value <= high; }));
  return *this;
}

Option& Option::positive(double high) {
  range_ = "above 0, up to " + formatted("%.12g", high);
  option_->check(only(range_, [=](double value) { return value > 0 && value <= high; }));
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
  return value.size() <= 2 ? std::vector<std::string>{}
                          : CLI::detail::split(value.substr(1, value.size() - 2), ',');  // [1,2]
}

}  // namespace glass::viz::cli
