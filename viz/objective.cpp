#include "viz/objective.hpp"

#include <algorithm>

#include "autograd/node.hpp"
#include "viz/classes.hpp"
#include "viz/scores.hpp"

namespace glass::viz {

namespace {

/// The words of a term, for picture n: its class or channel in place of "all".
std::string words_for(const nn::Model& model, const Term& term, Index n) {
  if (term.pictures() == 1) return term.words;
  const Index unit = term.unit(n);
  const std::size_t all = term.words.rfind("all");
  return term.words.substr(0, all) +
         (is_of_class(term.kind) ? class_name(model, unit) : std::to_string(unit)) +
         term.words.substr(all + 3);
}

}  // namespace

Objective::Objective(const nn::Model& model, const std::string& expression)
    : expression_(expression) {
  for (const TermWords& words : split_objective(expression)) {
    terms_.push_back(term_of(model, words, expression));
    const Term& term = terms_.back();
    if (term.pictures() > 1 && pictures_ > 1 && term.pictures() != pictures_) {
      throw Error(text("objective '", expression, "': one 'all' means ", pictures_,
                       " pictures, another ", term.pictures()));
    }
    pictures_ = std::max(pictures_, term.pictures());
    last_layer_ = std::max(last_layer_, term.layer);
    if (!term.file.empty()) files_.push_back(term.file);
  }
}

Tensor Objective::operator()(const nn::Model& model, const Tensor& x, double variety) const {
  return (*this)(model, model.outputs(last_layer_, x), variety);
}

Tensor Objective::operator()(const nn::Model& model, const std::vector<Tensor>& outputs,
                             double variety) const {
  Tensor sum;
  for (const Term& term : terms_) {
    const double weight = term.weight * (term.kind == TermKind::variety ? variety : 1);
    const Tensor value =
        weight * term(model, outputs[static_cast<std::size_t>(term.layer)], pictures_);
    sum = sum ? sum + value : value;
  }
  return sum;
}

bool Objective::saturates() const {
  return std::ranges::any_of(terms_, [](const Term& term) {
    return term.kind == TermKind::softmax || term.kind == TermKind::logprob;
  });
}

std::string Objective::label(const nn::Model& model, Index n) const {
  const Term& first = terms_.front();
  const auto parts = [](const Term& term) { return term.kind >= TermKind::diversity; };
  const bool plain = first.weight == 1 && std::all_of(terms_.begin() + 1, terms_.end(), parts);
  if (plain && of_class()) return class_name(model, unit(n));
  if (plain && first.kind == TermKind::channel) {
    return text(model.layers.alias(first.layer), ' ', unit(n));
  }
  std::string sum;
  for (const Term& term : terms_) {
    if (&term == &first || !parts(term)) sum += words_for(model, term, n);
  }
  return sum;
}

Tensor Objective::probability(const nn::Model& model, const Tensor& x) const {
  const NoGrad no_grad;
  std::vector<Index> units;
  for (Index n = 0; n < x.shape()[0]; ++n) units.push_back(unit(n));
  return gather(model.probabilities(logits_of(model, x)), 1, units);
}

}  // namespace glass::viz
