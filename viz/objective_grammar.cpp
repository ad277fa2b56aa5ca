#include "viz/objective_grammar.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <optional>

#include "autograd/error.hpp"
#include "autograd/precision.hpp"
#include "nn/printable.hpp"
#include "nn/suggestion.hpp"

namespace glass::viz {

namespace {

/// In the order of TermKind.
const std::array kind_names{"logit", "logprob",   "softmax",   "neuron", "channel",
                            "layer", "direction", "diversity", "variety"};

/// The beginning of a term, "- 0.5*logit:".
struct Head {
  std::size_t end;  ///< of it, in the expression
  double weight;    ///< with its sign
  TermKind kind;
};

/// The head that begins at `begin`, if there is one: anywhere but at the beginning, it needs a sign.
std::optional<Head> read_head(const std::string& expression, std::size_t begin) {
  std::size_t i = begin;
  const auto next = [&] {
    while (i < expression.size() && expression[i] == ' ') ++i;
    return i < expression.size() ? expression[i] : ' ';
  };
  double weight = 1;
  if (next() == '+' || next() == '-') {
    if (expression[i++] == '-') weight = -1;
  } else if (begin > 0) {
    return {};
  }
  if (std::isdigit(static_cast<unsigned char>(next())) || next() == '.') {
    char* end = nullptr;
    weight *= std::strtod(expression.c_str() + i, &end);
    i = static_cast<std::size_t>(end - expression.c_str());
    if (next() != '*') return {};
    ++i;
    const auto single = static_cast<real>(weight);
    if (!std::isfinite(single) || (single == 0 && weight != 0)) {
      throw Error("objective '" + expression + "': a weight is " +
                  (single == 0 ? "0" : "not finite") + " in single precision");
    }
  }
  next();
  for (std::size_t kind = 0; kind < kind_names.size(); ++kind) {
    const std::string word = std::string(kind_names[kind]) + ':';
    if (expression.compare(i, word.size(), word) == 0) {
      return Head{i + word.size(), weight, static_cast<TermKind>(kind)};
    }
  }
  return {};
}

/// What stands where the first term should name its kind.
std::string kind_word(const std::string& expression) {
  const std::string head = expression.substr(0, expression.find(':'));
  return nn::trimmed(head.substr(head.find_last_of("+-*") + 1));
}

}  // namespace

std::string name_of(TermKind kind) { return kind_names[static_cast<std::size_t>(kind)]; }

std::vector<TermWords> split_objective(const std::string& expression) {
  std::optional<Head> head = read_head(expression, 0);
  if (!head) {
    const std::vector<std::string> names(std::begin(kind_names), std::end(kind_names));
    throw Error("objective '" + expression +
                "': expected terms such as logit:3 or 0.5*channel:conv2:5, joined by + or -; there "
                "are " +
                nn::comma_list(names) + nn::did_you_mean(kind_word(expression), names));
  }
  std::vector<TermWords> terms;
  for (std::size_t begin = 0; head;) {
    std::optional<Head> next;
    std::size_t end = head->end;
    while (end < expression.size() && !(next = read_head(expression, end))) ++end;
    const std::size_t last =
        std::max(head->end, expression.find_last_not_of(' ', end - 1) + 1);  // of the target
    terms.push_back({expression.substr(begin, end - begin), head->weight, head->kind,
                     expression.substr(head->end, last - head->end), head->end, last});
    begin = end;
    head = next;
  }
  return terms;
}

std::string with_files(const std::string& expression,
                       const std::function<std::string(const std::string&)>& renamed) {
  std::string out;
  std::size_t done = 0;
  for (const TermWords& term : split_objective(expression)) {
    const std::size_t path = expression.find(':', term.begin) + 1;  // LAYER:FILE
    if (term.kind != TermKind::direction || path == 0 || path > term.end) continue;
    out += expression.substr(done, path - done) + renamed(expression.substr(path, term.end - path));
    done = term.end;
  }
  return out + expression.substr(done);
}

}  // namespace glass::viz
