#include "viz/cli/numbers.hpp"

#include <cerrno>
#include <cmath>
#include <cstdlib>

namespace glass::viz::cli {

bool is_whole_number(const std::string& word, bool may_be_negative) {
  const std::string digits = word.substr(may_be_negative && word.starts_with('-') ? 1 : 0);
  if (digits.empty() || digits.find_first_not_of("0123456789") != digits.npos) return false;
  errno = 0;
  may_be_negative ? static_cast<void>(std::strtoll(word.c_str(), nullptr, 10))
                  : static_cast<void>(std::strtoull(word.c_str(), nullptr, 10));
  return errno == 0 && (digits == "0" || digits[0] != '0');
}

bool is_decimal_number(const std::string& word) {
  if (word.find_first_not_of("+-.0123456789eE") != word.npos) return false;
  char* end = nullptr;
  const double value = std::strtod(word.c_str(), &end);
  return end == word.c_str() + word.size() && !word.empty() && std::isfinite(value);
}

}  // namespace glass::viz::cli
