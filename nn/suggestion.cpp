#include "nn/suggestion.hpp"

#include <algorithm>

#include "nn/printable.hpp"

namespace glass::nn {

namespace {

constexpr std::size_t longest_word = 60;  ///< the work grows with the square of it

/// d[i][j] is the distance of the first i letters of a from the first j of b.
std::size_t distance(const std::string& a, const std::string& b) {
  std::vector d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i)
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = i + j;
        continue;
      }
      d[i][j] =
          std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  return d[a.size()][b.size()];
}

std::size_t mistakes(const std::string& word, const std::string& known) {
  const std::size_t dashes = std::min(word.find_first_not_of('-'), word.size());
  constexpr std::size_t shortest_beginning = 3;
  if (word.size() - dashes >= shortest_beginning && known.starts_with(word)) return 1;
  return distance(word, known);
}

}  // namespace

std::string did_you_mean(const std::string& word, const std::vector<std::string>& known) {
  const std::string wanted = lower_case(word);
  const bool is_number = wanted.find_first_not_of("0123456789") == wanted.npos;
  if (is_number || wanted.size() > longest_word) return {};
  const std::string* nearest = nullptr;
  std::size_t fewest = std::max<std::size_t>(1, wanted.size() / 3) + 1;
  for (const std::string& candidate : known) {
    if (candidate.size() > longest_word) continue;
    const std::size_t count = mistakes(wanted, lower_case(candidate));
    const bool has_something_in_common = count < std::min(wanted.size(), candidate.size());
    if (count >= fewest || !has_something_in_common) continue;
    fewest = count;
    nearest = &candidate;
  }
  return nearest ? "; did you mean " + printable(*nearest) + '?' : "";
}

}  // namespace glass::nn
