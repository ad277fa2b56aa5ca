#include "docs/lecturers/private/private.hpp"

using namespace glass;

namespace {

/// A number that carries its derivatives to all leaves along: forward mode, which needs no graph.
struct Dual {
  double value;
  std::vector<double> slopes;
};

/// A graph of the lecturer's: some leaves, then sums and products of any two that are there.
void check_graph(Rng rng, Index leaves, Index operations) {
  std::vector<Tensor> tensors;
  std::vector<Dual> duals;
  for (Index i = 0; i < leaves; ++i) {
    const double value = rng.uniform(-1, 1);
    tensors.push_back(Tensor::scalar(value).requires_grad(true));
    duals.push_back({value, std::vector<double>(static_cast<std::size_t>(leaves))});
    duals.back().slopes[static_cast<std::size_t>(i)] = 1;
  }
  for (Index i = 0; i < operations; ++i) {
    const auto pick = [&] {
      return static_cast<std::size_t>(rng.below(static_cast<Index>(tensors.size())));
    };
    const std::size_t a = pick(), b = pick();
    const Dual u = duals[a], v = duals[b];
    const bool product = rng.below(2) == 0;
    Dual y{product ? u.value * v.value : u.value + v.value, u.slopes};
    for (std::size_t k = 0; k < y.slopes.size(); ++k) {
      y.slopes[k] =
          product ? u.slopes[k] * v.value + u.value * v.slopes[k] : u.slopes[k] + v.slopes[k];
    }
    tensors.push_back(product ? tensors[a] * tensors[b] : tensors[a] + tensors[b]);
    duals.push_back(y);
  }
  Tensor root = tensors.back();
  Dual expected = duals.back();
  for (std::size_t i = 0; i < tensors.size(); i += 2) {  // so that every leaf counts
    root = root + tensors[i];
    for (std::size_t k = 0; k < expected.slopes.size(); ++k)
      expected.slopes[k] += duals[i].slopes[k];
  }
  root.backward();
  for (Index i = 0; i < leaves; i += 2) {
    const auto k = static_cast<std::size_t>(i);
    grade::check_equal(text("1 + the gradient of leaf ", i), 1 + tensors[k].grad().item(),
                       1 + expected.slopes[k], 1e-9);
  }
}

}  // namespace

TEST_CASE("3 points: graphs of the lecturer's, against derivatives in forward mode") {
  for (std::uint64_t i = 0; i < 8; ++i) check_graph(grade::seeded(i), 5, 12);
}
TEST_CASE("2 points: a larger one") { check_graph(grade::seeded(9), 9, 60); }
