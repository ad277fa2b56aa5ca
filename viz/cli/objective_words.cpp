#include "viz/cli/objective_words.hpp"

#include <algorithm>

#include "nn/suggestion.hpp"
#include "viz/classes.hpp"
#include "viz/cli/program.hpp"

namespace glass::viz::cli {

const char* const class_help =
    "a name, or an index from 0; where a word is both, of two classes, name:WORD or index:K";
const char* const objective_help =
    "a sum such as \"logit:3\", \"channel:conv2:5\" or \"logit:3 - 0.5*logit:8\", of logit:K, "
    "logprob:K, softmax:K, neuron:LAYER:C,Y,X, channel:LAYER:C, layer:LAYER, "
    "direction:LAYER:FILE.npy, diversity:LAYER and variety:LAYER";

std::string logit_instead(const std::string& words) {
  if (words.find(':') == std::string::npos) return "--objective logit";
  std::string other = words;
  for (const char* kind : {"softmax:", "logprob:"}) {
    for (std::size_t at; (at = other.find(kind)) != other.npos;) {
      other.replace(at, std::string_view(kind).size(), "logit:");
    }
  }
  return "--objective \"" + other + '"';
}

namespace {

/// As `find_class`, for a word that may have been meant for the other option.
Index class_named(const std::string& word, const nn::Model& model) {
  try {
    return find_class(model, word);
  } catch (const Error& error) {
    const bool is_explicit = word.starts_with("name:") || word.starts_with("index:");
    if (is_explicit || word.find(':') == std::string::npos) throw;
    throw UsageError("--class " + word + ": no class, but an objective: --objective \"" + word +
                     '"');
  }
}

}  // namespace

Objective objective_of(const std::string& classes, const std::string& words,
                       const nn::Model& model) {
  const bool whole = words.find(':') != std::string::npos;
  if (whole && !classes.empty()) {
    throw UsageError("--class and --objective " + words + ": only one of them");
  }
  if (!whole && classes.empty()) {
    throw UsageError("expected --class K or an --objective such as logit:K");
  }
  if (!whole && words != "logit" && words != "logprob" && words != "softmax") {
    throw UsageError("--objective " + words + ": with --class, expected logit, logprob or softmax" +
                     nn::did_you_mean(words, {"logit", "logprob", "softmax"}));
  }
  return as_usage([&] {
    if (whole || classes == "all") return Objective(model, whole ? words : words + ":all");
    const Index k = class_named(classes, model);
    const bool may_read_like_a_sum = classes.find_first_of("+-*:") != std::string::npos;
    return Objective(model, words + ':' + (may_read_like_a_sum ? text("index:", k) : classes));
  });
}

void report_unreached(const nn::Model& model, const Objective& objective, const Tensor& images,
                      const std::vector<bool>& reached, const Advice& advice) {
  if (std::ranges::count(reached, false) == 0) return;
  const auto causes = diagnose(model, objective, images.clone().requires_grad(true), advice);
  const bool none = std::ranges::count(reached, true) == 0;
  for (std::size_t n = 0; n < causes.size(); ++n) {
    if (reached[n]) continue;
    const std::string line =
        text(model.name, ": no gradient of ", objective.label(model, static_cast<Index>(n)),
             " reaches the image: ", causes[n]);
    if (none) throw FileError(line);
    notice(line);
  }
}

}  // namespace glass::viz::cli
