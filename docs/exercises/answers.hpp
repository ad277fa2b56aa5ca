#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "docs/exercises/exercise.hpp"
#include "docs/exercises/not_implemented.hpp"

/// For exercises that are answered in words. A line of answers.txt is "question: answer", or begins
/// with '#'. The tests compute the right answer from the code itself, so there is nothing to look up.
namespace glass::grade {

/// The words of the answer to `question`. Throws NotImplemented if there is none.
inline std::vector<std::string> answer(const std::string& question) {
  const char* path = std::getenv("GLASS_ANSWERS");
  std::ifstream file(path ? path : exercise.yours);
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(question + ":")) continue;
    std::istringstream rest(line.substr(question.size() + 1));
    std::vector<std::string> words;
    for (std::string word; rest >> word;) words.push_back(word);
    if (!words.empty()) return words;
  }
  throw NotImplemented(text(exercise.title, ": '", question, "'"));
}

/// Compares the answer to `question` with the right one, word by word. `what` says what a word is:
/// the right one is for the student to find.
inline void check_answer(const std::string& question, const std::vector<std::string>& right,
                         const std::string& what) {
  const std::vector<std::string> found = answer(question);
  for (std::size_t i = 0; i < found.size() && i < right.size(); ++i) {
    if (found[i] == right[i]) continue;
    FAIL(text(question, ", word ", i + 1, ": expected ", what, ", found '", found[i], "'"));
  }
  CHECK_MESSAGE(found.size() == right.size(),
                text(question, ": expected ", right.size(), right.size() == 1 ? " word" : " words",
                     ", found ", found.size()));
}

/// The same for an answer whose words may stand in any order.
inline void check_set(const std::string& question, const std::vector<std::string>& right,
                      const std::string& what) {
  const std::vector<std::string> found = answer(question);
  const auto is_in = [](const std::vector<std::string>& words, const std::string& word) {
    return std::ranges::find(words, word) != words.end();
  };
  for (const std::string& word : found) {
    if (is_in(right, word)) continue;
    FAIL(text(question, ": '", word, "' does not belong here; wanted is ", what));
  }
  const auto missing =
      std::ranges::count_if(right, [&](const std::string& word) { return !is_in(found, word); });
  CHECK_MESSAGE(missing == 0, text(question, ": ", missing,
                                   missing == 1 ? " more belongs here" : " more belong here",
                                   "; wanted is ", what));
}

}  // namespace glass::grade
