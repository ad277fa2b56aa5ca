#include "viz/controls.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "autograd/statistics.hpp"
#include "viz/scores.hpp"

namespace glass::viz {

namespace {

std::vector<Tensor> state_of(const nn::Model& model) {
  std::vector<Tensor> state = nn::tensors(model.parameters());
  for (const Tensor& buffer : nn::tensors(model.buffers())) state.push_back(buffer);
  return state;
}

bool has_matrix(nn::Module& layer) {
  return std::ranges::any_of(layer.parameters(), [](const nn::NamedTensor& parameter) {
    return parameter.tensor.shape().rank() > 1;
  });
}

/// Places of the numbers, the smallest first.
std::vector<std::size_t> sorted_places(const std::vector<double>& values) {
  std::vector<std::size_t> places(values.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  std::ranges::stable_sort(places, {}, [&](std::size_t i) { return values[i]; });
  return places;
}

/// Ranks less their mean, the same for equal numbers.
std::vector<double> centred_ranks(const std::vector<double>& values) {
  const std::vector<std::size_t> places = sorted_places(values);
  const std::size_t count = values.size();
  std::vector<double> ranks(count);
  for (std::size_t i = 0, end = 0; i < count; i = end) {
    ++end;
    while (end < count && values[places[end]] == values[places[i]]) ++end;
    const double middle = (static_cast<double>(i + end) - static_cast<double>(count)) / 2;
    for (std::size_t j = i; j < end; ++j) ranks[places[j]] = middle;
  }
  return ranks;
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

/// P(|T| < sqrt(n) tan(angle)) of Student's T with n degrees of freedom: a finite sum, of which there is
/// one for odd n and one for even n. Abramowitz and Stegun, 1964, equations 26.7.3 and 26.7.4.
double student_probability(double angle, Index n) {
  const double c = std::cos(angle);
  const bool odd = n % 2 == 1;
  double sum = 0, term = odd ? c : 1;
  for (Index k = odd ? 1 : 0; k < n - 1; k += 2) {
    sum += term;
    term *= c * c * static_cast<double>(k + 1) / static_cast<double>(k + 2);
  }
  return odd ? 2 / std::numbers::pi * (angle + std::sin(angle) * sum) : std::sin(angle) * sum;
}

/// What |T| stays below in 95 % of the cases: found by halving the interval of angles.
double student_factor(Index n) {
  double low = 0, high = std::numbers::pi / 2;
  for (int step = 0; step < 50; ++step) {
    const double middle = (low + high) / 2;
    (student_probability(middle, n) < 0.95 ? low : high) = middle;
  }
  return std::sqrt(static_cast<double>(n)) * std::tan(low);
}

}  // namespace

std::vector<double> pixel_sums(const Tensor& map) {
  const auto pixels = static_cast<std::size_t>(map.shape()[2] * map.shape()[3]);
  std::vector<double> sums(pixels);
  for (std::size_t i = 0; i < map.values().size(); ++i) sums[i % pixels] += map.values()[i];
  return sums;
}

double rank_correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const std::vector<double> x = centred_ranks(a), y = centred_ranks(b);
  const double squares = dot(x, x) * dot(y, y);
  return squares > 0 ? dot(x, y) / std::sqrt(squares) : 0;
}

Cascade::Cascade(nn::Model& model, std::uint64_t seed)
    : model_(model), seed_(seed), from_(model.layers.size()) {
  for (const Tensor& tensor : state_of(model)) kept_.push_back(tensor.clone());
}

Cascade::~Cascade() {
  const std::vector<Tensor> state = state_of(model_);
  for (std::size_t i = 0; i < state.size(); ++i) {
    std::ranges::copy(kept_[i].values(), state[i].mutable_data());
  }
}

Index Cascade::next() {
  while (from_ > 0) {
    nn::Module& layer = model_.layers.layer(--from_);
    Rng rng = nn::layer_rng(seed_, from_);
    layer.reset_parameters(rng);
    if (has_matrix(layer)) return from_;
  }
  return -1;
}

std::vector<Index> falling_order(const std::vector<double>& score, std::uint64_t seed) {
  std::vector<Index> order(score.size());
  std::iota(order.begin(), order.end(), Index{0});
  Rng rng(seed);
  rng.shuffle(order);
  std::ranges::stable_sort(order, std::greater<>(),
                           [&](Index i) { return score[static_cast<std::size_t>(i)]; });
  return order;
}

double area_on_the_way(const nn::Model& model, Index k, const Tensor& from, const Tensor& to,
                       const std::vector<Index>& order) {
  constexpr std::size_t steps = 28;
  const Shape& shape = from.shape();
  const Index C = shape[1], pixels = shape[2] * shape[3];
  const Tensor pictures = Tensor::empty({steps + 1, C, shape[2], shape[3]});
  const Tensor now = from.clone();
  std::size_t replaced = 0;
  for (std::size_t step = 0; step <= steps; ++step) {
    for (; replaced < order.size() * step / steps; ++replaced)
      for (Index c = 0; c < C; ++c) {
        const Index place = c * pixels + order[replaced];
        now.mutable_data()[place] = to.data()[place];
      }
    std::ranges::copy(now.values(),
                      pictures.mutable_data() + static_cast<Index>(step) * now.size());
  }
  const Tensor p = model.probabilities(logits_of(model, pictures));
  double area = 0;
  for (Index step = 0; step <= Index{steps}; ++step) {
    const double weight = step == 0 || step == Index{steps} ? 0.5 : 1;
    area += weight * p.data()[step * p.shape()[1] + k] / steps;
  }
  return area;
}

Estimate estimate(const std::vector<double>& values) {
  const auto count = static_cast<Index>(values.size());
  Estimate result{std::numeric_limits<double>::quiet_NaN(),
                  std::numeric_limits<double>::infinity()};
  if (!values.empty()) result.mean = mean(values);
  if (count < 2) return result;
  double squares = 0;
  for (const double v : values) squares += (v - result.mean) * (v - result.mean);
  const auto n = static_cast<double>(count);
  result.margin = student_factor(count - 1) * std::sqrt(squares / (n - 1) / n);
  return result;
}

}  // namespace glass::viz
