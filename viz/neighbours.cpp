#include "viz/neighbours.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "autograd/node.hpp"
#include "autograd/ops.hpp"

namespace glass::viz {

namespace {

/// The squared length of each row.
std::vector<double> squares(const Tensor& x) {
  const Index K = x.shape()[1];
  std::vector<double> sums;
  for (const real* row = x.data(); row != x.storage().end(); row += K) {
    sums.push_back(std::inner_product(row, row + K, row, 0.0));
  }
  return sums;
}

}  // namespace

Tensor centred_rows(const Tensor& x) {
  const Index K = x.shape()[1];
  Tensor y = x.clone();
  for (real* row = y.mutable_data(); row != y.storage().end(); row += K) {
    const double mean = std::accumulate(row, row + K, 0.0) / static_cast<double>(K);
    for (Index k = 0; k < K; ++k) row[k] = static_cast<real>(row[k] - mean);
  }
  return y;
}

Neighbours::Neighbours(const Tensor& pictures, std::size_t count)
    : pictures_(centred_rows(flatten(pictures))),
      squares_(squares(pictures_)),
      cosines_(squares_.size(), -1),
      nearest_(squares_.size()),
      count_(count) {}

void Neighbours::add(const Tensor& images, const std::vector<Index>& labels) {
  const NoGrad no_grad;
  const Tensor rows = centred_rows(flatten(images));
  const std::vector<double> row_squares = squares(rows);
  const Tensor products = linear(pictures_, rows);
  const real* product = products.data();
  for (std::size_t n = 0; n < nearest_.size(); ++n) {
    for (std::size_t m = 0; m < labels.size(); ++m, ++product) {
      keep(nearest_[n], {squares_[n] + row_squares[m] - 2.0 * *product, labels[m]});
      const double lengths = std::sqrt(squares_[n] * row_squares[m]);
      cosines_[n] = std::max(cosines_[n], lengths > 0 ? *product / lengths : 0);
    }
  }
}

void Neighbours::keep(std::vector<Neighbour>& nearest, const Neighbour& candidate) const {
  if (nearest.size() == count_ && candidate.distance >= nearest.back().distance) return;
  nearest.insert(std::ranges::upper_bound(nearest, candidate.distance, {}, &Neighbour::distance),
                 candidate);
  if (nearest.size() > count_) nearest.pop_back();
}

Index Neighbours::majority(Index n) const {
  std::map<Index, int> votes;
  for (const Neighbour& one : nearest_[static_cast<std::size_t>(n)]) ++votes[one.label];
  return std::ranges::max_element(votes, {}, [](const auto& vote) { return vote.second; })->first;
}

}  // namespace glass::viz
