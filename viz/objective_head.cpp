#include "viz/objective_head.hpp"

#include <cctype>
#include <cmath>
#include <cstdlib>

#include "autograd/error.hpp"

namespace glass::viz {

std::optional<Head> read_head(const std::string& expression, std::size_t begin,
                              const std::vector<std::string>& kinds) {
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
  for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
    const std::string word = kinds[kind] + ':';
    if (expression.compare(i, word.size(), word) == 0) return Head{i + word.size(), weight, kind};
  }
  return {};
}

}  // namespace glass::viz
