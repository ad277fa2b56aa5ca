#include "viz/objective_term.hpp"

#include <algorithm>
#include <numeric>
#include <optional>

#include "autograd/node.hpp"
#include "viz/classes.hpp"
#include "viz/pictures/npy.hpp"

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

Index channel(const std::string& word, const std::string& layer, const Shape& shape) {
  const std::optional<Index> c = whole_number(word);
  if (c && *c < shape[1]) return *c;
  throw Error(
      text("channel '", word, "': layer ", layer, " has channels 0 to ", shape[1] - 1, ", or all"));
}

/// One number per channel of the layer, divided by their length. -> [1,C]
Tensor direction(const std::string& path, const std::string& layer, const Shape& shape) {
  const Tensor v = read_npy(path, [&](const Shape& found) {
    if (found.size() == shape[1]) return;
    throw FileError(text(path, ": expected ", shape[1], " numbers, one per channel of layer ",
                         layer, ", found ", found));
  });
  return unit_rows(reshape(v, {1, v.size()}));
}

/// [N,N]: `kinds` where two pictures are of one kind, and 0 elsewhere, so that the mean of a row is that
/// over one kind. They take turns.
Tensor same_kind(Index N, Index kinds) {
  Tensor same = Tensor::zeros({N, N});
  for (Index n = 0; n < N; ++n) {
    for (Index m = n % kinds; m < N; m += kinds) {
      same.mutable_data()[n * N + m] = static_cast<real>(kinds);
    }
  }
  return same;
}

/// "all" of `count`, a picture for each, or the one that `find` finds.
template <class F>
std::vector<Index> chosen(const std::string& word, Index count, F find) {
  if (word != "all") return {find()};
  std::vector<Index> all(static_cast<std::size_t>(count));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

}  // namespace

Term term_of(const nn::Model& model, const TermWords& words, const std::string& expression) {
  const std::string& target = words.target;
  Term term{words.words, words.weight, words.kind, model.logits_layer(), {}, {}, {}};
  if (is_of_class(term.kind)) {
    term.units = chosen(target, model.class_count(), [&] { return find_class(model, target); });
    return term;
  }
  const bool whole_layer = term.kind == TermKind::layer || term.kind >= TermKind::diversity;
  const std::size_t colon = whole_layer ? target.size() : target.find(':');
  if (colon == target.npos) {
    throw Error("objective '" + expression + "': expected LAYER:... after " + name_of(term.kind) +
                ", got '" + target + "'");
  }
  const std::string layer = target.substr(0, colon);
  term.layer = model.find(layer);
  const std::string rest = whole_layer ? "" : target.substr(colon + 1);
  const Shape shape = shape_of(model, term.layer);
  if (term.kind == TermKind::neuron) {
    term.units = {place(rest, shape)};
  } else if (term.kind == TermKind::channel) {
    term.units = chosen(rest, shape[1], [&] { return channel(rest, layer, shape); });
  } else if (term.kind == TermKind::direction) {
    term.direction = direction(rest, layer, shape);
    term.file = rest;
  }
  return term;
}

Index Term::unit(Index n) const {
  if (units.empty()) return -1;
  return units[static_cast<std::size_t>(n) % units.size()];
}

Tensor Term::operator()(const nn::Model& model, const Tensor& h, Index kinds) const {
  const Index N = h.shape()[0];
  std::vector<Index> picked;
  for (Index n = 0; n < N && !units.empty(); ++n) picked.push_back(unit(n));
  switch (kind) {
    case TermKind::logit:
      return gather(model.class_logits(h), 1, picked);
    case TermKind::logprob:
      return gather(model.log_probabilities(model.class_logits(h)), 1, picked);
    case TermKind::softmax:
      return gather(model.probabilities(model.class_logits(h)), 1, picked);
    case TermKind::neuron:
      return gather(flatten(h), 1, picked);
    case TermKind::channel:
      return gather(channel_means(h), 1, picked);
    case TermKind::layer:
      return row_means(square(h));
    case TermKind::direction:
      return linear(channel_means(h), direction);
    case TermKind::diversity:
    case TermKind::variety:
      break;
  }
  // The mean over all pairs counts each picture's cosine with itself, which is 1: a constant.
  constexpr double different_enough = 0.85;
  const Tensor u = unit_rows(flatten(h));
  Tensor alike = linear(u, u);
  if (kind == TermKind::variety) alike = relu(alike - different_enough) / (1 - different_enough);
  return -row_means(alike * same_kind(N, N == kinds ? 1 : kinds));
}

}  // namespace glass::viz
