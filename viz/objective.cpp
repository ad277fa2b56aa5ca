#include "viz/objective.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "autograd/node.hpp"
#include "nn/printable.hpp"
#include "nn/suggestion.hpp"
#include "viz/classes.hpp"
#include "viz/objective_head.hpp"
#include "viz/pictures/npy.hpp"
#include "viz/scores.hpp"

namespace glass::viz {

namespace {

/// [N,C,H,W] -> [N,C], the mean of each channel; [N,K] stays.
Tensor channel_means(const Tensor& h) {
  return h.shape().rank() == 4 ? flatten(global_avg_pool2d(h)) : h;
}

/// [N,..] -> [N,1]
Tensor row_means(const Tensor& h) { return mean(flatten(h), {1}, true); }

std::optional<Index> whole_number(const std::string& word) {
  if (word.empty() || word.size() > 9 || word.find_first_not_of("0123456789") != word.npos) {
    return {};
  }
  return std::stol(word);
}

/// What stands where the first term should name its kind.
std::string kind_word(const std::string& expression) {
  const std::string head = expression.substr(0, expression.find(':'));
  return nn::trimmed(head.substr(head.find_last_of("+-*") + 1));
}

/// One picture of each: 0, 1, ..., count - 1.
std::vector<Index> every(Index count) {
  std::vector<Index> all(static_cast<std::size_t>(count));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

Index at(const std::vector<Index>& units, Index n) {
  return units[units.size() == 1 ? 0 : static_cast<std::size_t>(n)];
}

/// The output's shape of one layer for one picture.
Shape shape_of(const nn::Model& model, Index layer) {
  const Shape& in = model.input_shape;
  const NoGrad no_grad;
  return model.outputs(layer, Tensor::zeros({1, in[0], in[1], in[2]})).back().shape();
}

/// "2,3,4" -> the element's place in one picture's output.
Index place(const std::string& target, const Shape& shape) {
  Index flat = 0;
  int dimension = 1;
  for (std::size_t begin = 0; begin <= target.size(); ++dimension) {
    const std::size_t end = std::min(target.find(',', begin), target.size());
    const std::optional<Index> i = whole_number(target.substr(begin, end - begin));
    if (dimension >= shape.rank() || !i || *i >= shape[dimension]) break;
    flat = flat * shape[dimension] + *i;
    if (end == target.size() && dimension == shape.rank() - 1) return flat;
    begin = end + 1;
  }
  throw Error(text("neuron '", target, "': expected ", shape.rank() == 4 ? "C,Y,X" : "an index",
                   " within one picture's output ", shape));
}

}  // namespace

const std::vector<std::pair<std::string, Objective::Kind>>& Objective::kinds() {
  static const std::vector<std::pair<std::string, Kind>> all{
      {"logit", Kind::logit},         {"logprob", Kind::logprob},    {"softmax", Kind::softmax},
      {"neuron", Kind::neuron},       {"channel", Kind::channel},    {"layer", Kind::layer},
      {"direction", Kind::direction}, {"diversity", Kind::diversity}};
  return all;
}

std::vector<Objective::Words> Objective::split(const std::string& expression) {
  std::vector<std::string> names;
  for (const auto& [name, kind] : kinds()) names.push_back(name);
  std::optional<Head> head = read_head(expression, 0, names);
  if (!head) {
    std::string known;
    for (const std::string& name : names) known += (known.empty() ? "" : ", ") + name;
    throw Error("objective '" + expression +
                "': expected terms such as logit:3 or 0.5*channel:conv2:5, joined by + or -; there "
                "are " +
                known + nn::did_you_mean(kind_word(expression), names));
  }
  std::vector<Words> all;
  std::size_t begin = 0;
  while (head) {
    std::optional<Head> next;
    std::size_t end = head->end;
    while (end < expression.size() && !(next = read_head(expression, end, names))) ++end;
    const std::size_t last = expression.find_last_not_of(' ', end - 1) + 1;
    all.push_back({expression.substr(begin, end - begin), head->weight, kinds()[head->kind].second,
                   head->end, std::max(head->end, last)});
    begin = end;
    head = next;
  }
  return all;
}

Objective::Objective(const nn::Model& model, const std::string& expression)
    : expression_(expression) {
  for (const auto& [words, weight, kind, begin, end] : split(expression)) {
    terms_.push_back(parse_term(model, weight, kind, expression.substr(begin, end - begin)));
    terms_.back().words = words;
  }
}

std::string Objective::with_files(const std::string& expression,
                                  const std::function<std::string(const std::string&)>& renamed) {
  std::string out;
  std::size_t done = 0;
  for (const auto& [words, weight, kind, begin, end] : split(expression)) {
    const std::size_t path = expression.find(':', begin) + 1;  // LAYER:FILE
    if (kind != Kind::direction || path == 0 || path > end) continue;
    out += expression.substr(done, path - done) + renamed(expression.substr(path, end - path));
    done = end;
  }
  return out + expression.substr(done);
}

Objective::Term Objective::parse_term(const nn::Model& model, double weight, Kind kind,
                                      const std::string& target) {
  Term term{{}, weight, kind, model.logits_layer(), {}, {}};
  const auto choose = [&](const std::string& word, Index count, auto find) {
    term.units = word == "all" ? every(count) : std::vector<Index>{find()};
    if (term.units.size() == 1) return;
    if (pictures_ != 1 && pictures_ != count) {
      throw Error(text("objective '", expression_, "': one 'all' means ", pictures_,
                       " pictures, another ", count));
    }
    pictures_ = count;
  };
  if (kind <= Kind::softmax) {
    choose(target, model.class_count(), [&] { return find_class(model, target); });
  } else {
    const bool named = kind == Kind::layer || kind == Kind::diversity;
    const std::size_t colon = named ? target.size() : target.find(':');
    if (colon == target.npos) {
      throw Error("objective '" + expression_ + "': expected LAYER:... after " +
                  kinds()[static_cast<std::size_t>(kind)].first + ", got '" + target + "'");
    }
    term.layer = model.layers.find(target.substr(0, colon));
    const std::string rest = named ? "" : target.substr(colon + 1);
    const Shape shape = shape_of(model, term.layer);
    if (kind == Kind::neuron) {
      term.units = {place(rest, shape)};
    } else if (kind == Kind::channel) {
      choose(rest, shape[1], [&] {
        const std::optional<Index> c = whole_number(rest);
        if (c && *c < shape[1]) return *c;
        throw Error(text("channel '", rest, "': layer ", target.substr(0, colon),
                         " has channels 0 to ", shape[1] - 1, ", or all"));
      });
    } else if (kind == Kind::direction) {
      const Tensor v = read_npy(rest, [&](const Shape& found) {
        if (found.size() == shape[1]) return;
        throw FileError(text(rest, ": expected ", shape[1], " numbers, one per channel of layer ",
                             target.substr(0, colon), ", found ", found));
      });
      files_.push_back(rest);
      term.direction = unit_rows(reshape(v, {1, v.size()}));
    }
  }
  last_layer_ = std::max(last_layer_, term.layer);
  return term;
}

Tensor Objective::evaluate(const nn::Model& model, const Term& term, const Tensor& h) {
  const Index N = h.shape()[0];
  std::vector<Index> units;
  for (Index n = 0; n < N && !term.units.empty(); ++n) units.push_back(at(term.units, n));
  switch (term.kind) {
    case Kind::logit:
      return gather(model.class_logits(h), 1, units);
    case Kind::logprob:
      return gather(model.log_probabilities(model.class_logits(h)), 1, units);
    case Kind::softmax:
      return gather(model.probabilities(model.class_logits(h)), 1, units);
    case Kind::neuron:
      return gather(flatten(h), 1, units);
    case Kind::channel:
      return gather(channel_means(h), 1, units);
    case Kind::layer:
      return row_means(square(h));
    case Kind::direction:
      return linear(channel_means(h), term.direction);
    case Kind::diversity:
      break;
  }
  // The mean over all pairs counts each picture's cosine with itself, which is 1: a constant.
  const Tensor u = unit_rows(flatten(h));
  return -row_means(linear(u, u));
}

Tensor Objective::operator()(const nn::Model& model, const Tensor& x) const {
  const std::vector<Tensor> outputs = model.outputs(last_layer_, x);
  Tensor sum;
  for (const Term& term : terms_) {
    const Tensor value =
        term.weight * evaluate(model, term, outputs[static_cast<std::size_t>(term.layer)]);
    sum = sum ? sum + value : value;
  }
  return sum;
}

Index Objective::unit(Index n) const {
  return terms_.front().units.empty() ? -1 : at(terms_.front().units, n);
}

bool Objective::of_class() const { return terms_.front().kind <= Kind::softmax; }

bool Objective::saturates() const {
  return std::ranges::any_of(terms_, [](const Term& term) {
    return term.kind == Kind::softmax || term.kind == Kind::logprob;
  });
}

std::string Objective::words(const nn::Model& model, const Term& term, Index n) const {
  if (term.units.size() <= 1) return term.words;
  const std::string unit = term.kind <= Kind::softmax ? class_name(model, at(term.units, n))
                                                      : std::to_string(at(term.units, n));
  const std::size_t all = term.words.rfind("all");
  return term.words.substr(0, all) + unit + term.words.substr(all + 3);
}

std::string Objective::label(const nn::Model& model, Index n) const {
  const Term& first = terms_.front();
  const bool plain = terms_.size() == 1 && first.weight == 1;
  if (plain && of_class()) return class_name(model, unit(n));
  if (plain && first.kind == Kind::channel) {
    return text(model.layers.alias(first.layer), ' ', unit(n));
  }
  std::string sum;
  for (const Term& term : terms_) sum += words(model, term, n);
  return sum;
}

Tensor Objective::probability(const nn::Model& model, const Tensor& x) const {
  const NoGrad no_grad;
  std::vector<Index> units;
  for (Index n = 0; n < x.shape()[0]; ++n) units.push_back(unit(n));
  return gather(model.probabilities(logits_of(model, x)), 1, units);
}

}  // namespace glass::viz
