#include <algorithm>
#include <numeric>

#include "docs/exercises/answers.hpp"
#include "nn/io/model_file.hpp"
#include "viz/maximise.hpp"
#include "viz/scores.hpp"
#include "viz/start.hpp"

using namespace glass;
using namespace glass::viz;

namespace {

const std::vector<Index> classes{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};

/// What `viz judge` finds, found in the same way.
struct Truth {
  nn::Model model = nn::load_model("weights/mnist-cnn.json");
  nn::Model judge = nn::load_model("weights/mnist-judge.json");
  std::vector<Score> a, b, b_again, noise;

  Truth() {
    model.eval();
    judge.eval();
    a = painted({}, 0);
    b = painted(MaximiseOptions().regulariser, 0);
    b_again = painted(MaximiseOptions().regulariser, 1);
    noise = score(model, judge, initial_noise(model, classes, 0, 0.3), classes);
  }

  std::vector<Score> painted(const Regulariser& regulariser, std::uint64_t seed) {
    const Tensor init = initial_noise(model, classes, seed, 0.6);
    const Tensor images = maximise(model, Objective(model, "logit:all"), init,
                                   {.steps = 128, .regulariser = regulariser, .seed = seed})
                              .images;
    return score(model, judge, images, classes);
  }

  bool evident(const Score& picture) const {
    const Score& control = noise[static_cast<std::size_t>(picture.label)];
    return is_right(picture) && !is_right(control);
  }

  static bool is_right(const Score& score) { return score.judge_class == score.label; }
  static bool is_sure(const Score& score) { return score.own_probability > 0.99; }
};

const Truth& truth() {
  static const Truth found;
  return found;
}

template <class Condition>
std::vector<std::string> classes_where(const std::vector<Score>& scores, Condition condition) {
  std::vector<std::string> words;
  for (const Score& score : scores) {
    if (condition(score)) words.push_back(text(score.label));
  }
  return words.empty() ? std::vector<std::string>{"none"} : words;
}

std::vector<std::string> evident_in(const std::vector<Score>& scores) {
  return classes_where(scores, [](const Score& score) { return truth().evident(score); });
}

double sum_of_judge(const std::vector<Score>& scores) {
  return std::accumulate(scores.begin(), scores.end(), 0.0, [](double sum, const Score& score) {
    return sum + score.judge_probability;
  });
}

bool holds(char statement) {
  const std::vector<Score>&a = truth().a, &b = truth().b;
  const auto pair_of = [&](const auto& condition) {
    return std::ranges::all_of(classes, [&](Index k) {
      return condition(a[static_cast<std::size_t>(k)], b[static_cast<std::size_t>(k)]);
    });
  };
  const auto right_if_sure = [](const Score& score) {
    return !Truth::is_sure(score) || Truth::is_right(score);
  };
  switch (statement) {
    case 'a':
      return std::ranges::all_of(a, right_if_sure) && std::ranges::all_of(b, right_if_sure);
    case 'b':
      return pair_of([](const Score& in_a, const Score& in_b) {
        return in_b.total_variation < in_a.total_variation;
      });
    case 'c':
      return pair_of([](const Score& in_a, const Score& in_b) {
        return !truth().evident(in_a) || truth().evident(in_b);
      });
    case 'd':
      return sum_of_judge(b) > sum_of_judge(a);
    case 'e':
      return evident_in(b) == evident_in(truth().b_again);
    default:
      return std::ranges::all_of(b, [](const Score& score) {
        return !Truth::is_right(score) || score.stable_under_shift == 1;
      });
  }
}

}  // namespace

TEST_CASE("1. of how many pictures mnist-cnn is sure") {
  grade::check_answer("own in A", {text(std::ranges::count_if(truth().a, Truth::is_sure))},
                      "a number only, a count from the column own");
}

TEST_CASE("2. which of them the judge names right") {
  grade::check_set("right in A", classes_where(truth().a, Truth::is_right),
                   "each class whose picture the judge names right, or the word none");
}

TEST_CASE("3. which it names right where there is nothing to see") {
  grade::check_set("right in noise", classes_where(truth().noise, Truth::is_right),
                   "each class whose noise the judge names so, or the word none");
}

TEST_CASE("4. what is evidence") {
  const std::string what =
      "each class whose picture is named right, and whose noise is not, or the word none";
  grade::check_set("evidence in A", evident_in(truth().a), what);
  grade::check_set("evidence in B", evident_in(truth().b), what);
}

TEST_CASE("5. which statements hold") {
  std::vector<std::string> letters;
  for (const char statement : {'a', 'b', 'c', 'd', 'e', 'f'}) {
    if (holds(statement)) letters.emplace_back(1, statement);
  }
  grade::check_set("hold", letters, "the letter of each statement that holds");
}
