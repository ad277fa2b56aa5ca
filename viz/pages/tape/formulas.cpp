#include "viz/pages/tape/formulas.hpp"

#include <algorithm>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace glass::viz {

extern const std::vector<std::string_view> operation_sources;  // the files of autograd/ops

namespace {

/// What a comment writes in ASCII.
std::string in_unicode(std::string formula) {
  static const std::vector<std::pair<std::string, std::string>> signs{
      {"xhat", "x̂"}, {"sum", "Σ"}, {"sqrt", "√"}, {"alpha", "α"}, {"beta", "β"},
      {"eps", "ε"},  {"^2", "²"},  {"^T", "ᵀ"},   {"-", "−"},     {"`", ""}};
  for (const auto& [word, sign] : signs) {
    for (std::size_t i = 0; (i = formula.find(word, i)) != formula.npos; i += sign.size()) {
      formula.replace(i, word.size(), sign);
    }
  }
  return formula;
}

/// "dx[n,i] = ..." -> "x"
std::string input_of(const std::string& gradient) {
  return gradient.substr(1, gradient.find_first_of("[_ ") - 1);
}

/// The formulas of one file: each begins with its y, a line further in continues the one before, and
/// the node below says what the operation is called.
void read_formulas(std::string_view source, std::vector<Formula>& formulas) {
  const std::string formula = "///     ", name = "name() const override { return \"";
  std::istringstream lines{std::string(source)};
  std::vector<std::string> found;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t begin = line.find(name);
    if (line.starts_with(formula + "  ")) {
      found.back() += line.substr(line.find_first_not_of(' ', formula.size()) - 1);
    } else if (line.starts_with(formula)) {
      if (line[formula.size()] == 'y') found.clear();
      found.push_back(line.substr(formula.size()));
    } else if (begin != line.npos && !found.empty()) {
      const std::size_t end = begin + name.size();
      Formula one{line.substr(end, line.find('"', end) - end), in_unicode(found.front()), {}, {}};
      for (std::size_t i = 1; i < found.size(); ++i) {
        one.inputs.push_back(input_of(found[i]));
        one.backward.push_back(in_unicode(found[i]));
      }
      formulas.push_back(std::move(one));
    }
  }
}

std::vector<Formula> read_all_formulas() {
  std::vector<Formula> formulas;
  for (const std::string_view source : operation_sources) read_formulas(source, formulas);
  return formulas;
}

}  // namespace

const Formula& formula_of(const std::string& op) {
  static const std::vector<Formula> formulas = read_all_formulas();
  const auto found = std::ranges::find(formulas, op, &Formula::op);
  if (found == formulas.end()) throw std::logic_error("no formula for the operation " + op);
  return *found;
}

}  // namespace glass::viz
