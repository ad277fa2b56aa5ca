#include "viz/objective.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <optional>

#include "autograd/node.hpp"
#include "viz/classes.hpp"
#include "viz/npy.hpp"

namespace glass::inline GLASS_PRECISION::viz {

namespace {

/// [N,C,H,W] -> [N,C], the mean of each channel; [N,K] stays.
Tensor channel_means(const Tensor& h) {
  return h.shape().rank() == 4 ? flatten(global_avg_pool2d(h)) : h;
}

/// [N,..] -> [N]
Tensor row_means(const Tensor& h) {
  const Tensor rows = flatten(h);
  const Index K = rows.shape()[1];
  return reshape(linear(rows, Tensor::full({1, K}, 1.0 / static_cast<double>(K))),
                 {rows.shape()[0]});
}

std::optional<Index> whole_number(const std::string& word) {
  if (word.empty() || word.size() > 9 || word.find_first_not_of("0123456789") != word.npos) {
    return {};
  }
  return std::stol(word);
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

/// The beginning of a term, "- 0.5*logit:".
struct Head {
  std::size_t end;  ///< of it, in the expression
  double weight;
  std::size_t kind;  ///< place among the names of kinds
};

/// Reads a head at `begin`: anywhere but at the beginning, it needs a sign. Whatever lies between two
/// heads is the target of the first, so that names of classes may contain signs and spaces.
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
    if (!std::isfinite(weight)) {
      throw Error("objective '" + expression + "': a weight is not finite");
    }
  }
  next();
  for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
    const std::string word = kinds[kind] + ':';
    if (expression.compare(i, word.size(), word) == 0) return Head{i + word.size(), weight, kind};
  }
  return {};
}

}  // namespace

const std::vector<std::pair<std::string, Objective::Kind>>& Objective::kinds() {
  static const std::vector<std::pair<std::string, Kind>> all{
      {"logit", Kind::logit},         {"logprob", Kind::logprob},    {"softmax", Kind::softmax},
      {"neuron", Kind::neuron},       {"channel", Kind::channel},    {"layer", Kind::layer},
      {"direction", Kind::direction}, {"diversity", Kind::diversity}};
  return all;
}

Objective::Objective(const nn::Model& model, const std::string& expression)
    : expression_(expression) {
  std::vector<std::string> names;
  for (const auto& [name, kind] : kinds()) names.push_back(name);
  std::optional<Head> head = read_head(expression, 0, names);
  if (!head) {
    std::string known;
    for (const std::string& name : names) known += (known.empty() ? "" : ", ") + name;
    throw Error("objective '" + expression +
                "': expected terms such as logit:3 or 0.5*channel:conv2:5, joined by + or -; there "
                "are " +
                known);
  }
  while (head) {
    std::optional<Head> next;
    std::size_t end = head->end;
    while (end < expression.size() && !(next = read_head(expression, end, names))) ++end;
    std::string target = expression.substr(head->end, end - head->end);
    target.erase(target.find_last_not_of(' ') + 1);
    terms_.push_back(parse_term(model, head->weight, kinds()[head->kind].second, target));
    head = next;
  }
}

Objective::Term Objective::parse_term(const nn::Model& model, double weight, Kind kind,
                                      const std::string& target) {
  Term term{weight, kind, model.logits_layer(), {}, {}};
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

Tensor Objective::evaluate(const Term& term, const Tensor& h) {
  const Index N = h.shape()[0];
  std::vector<Index> units;
  for (Index n = 0; n < N && !term.units.empty(); ++n) units.push_back(at(term.units, n));
  switch (term.kind) {
    case Kind::logit:
      return gather(h, units);
    case Kind::logprob:
      return gather(log_softmax(h), units);
    case Kind::softmax:
      return gather(softmax(h), units);
    case Kind::neuron:
      return gather(flatten(h), units);
    case Kind::channel:
      return gather(channel_means(h), units);
    case Kind::layer:
      return row_means(square(h));
    case Kind::direction:
      return reshape(linear(channel_means(h), term.direction), {N});
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
        term.weight * evaluate(term, outputs[static_cast<std::size_t>(term.layer)]);
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

std::string Objective::label(const nn::Model& model, Index n) const {
  const Term& term = terms_.front();
  if (of_class()) return class_name(model, unit(n));
  if (term.kind == Kind::channel) {
    return text(model.layers.alias(term.layer), ' ', unit(n));
  }
  return expression_;
}

Tensor Objective::probability(const nn::Model& model, const Tensor& x) const {
  const Term& term = terms_.front();
  return evaluate({1, Kind::softmax, term.layer, term.units, {}},
                  model.outputs(term.layer, x).back());
}

}  // namespace glass::inline GLASS_PRECISION::viz
