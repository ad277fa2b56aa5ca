#include "viz/best_of.hpp"

#include <algorithm>
#include <limits>

#include "autograd/node.hpp"
#include "autograd/statistics.hpp"

namespace glass::viz {

namespace {

/// Runs let go of variety at the end, and pictures come near each other again; so it counts more here.
constexpr double variety_in_choice = 6;

constexpr double unbounded = std::numeric_limits<double>::infinity();

/// One picture of each kind, of one run, and how bad each is beside those chosen so far.
struct Candidates {
  const MaximiseResult* run;
  Index first;  ///< picture of the run
  std::vector<double> loss;

  Tensor image(Index kind) const { return narrow(run->images, 0, first + kind, 1); }
};

}  // namespace

MaximiseResult best_of(const nn::Model& model, const Objective& objective,
                       const std::vector<MaximiseResult>& runs) {
  if (runs.size() == 1) return runs.front();
  const NoGrad no_grad;
  const Index kinds = objective.pictures(), pictures = runs.front().images.shape()[0];
  std::vector<Candidates> all;
  for (const MaximiseResult& run : runs) {
    for (Index n = 0; n < pictures; n += kinds) all.push_back({&run, n, {}});
  }
  MaximiseResult best;
  best.unit = runs.front().unit;
  best.steps = runs.front().steps;
  std::vector<Tensor> chosen;
  for (Index n = 0; n < pictures; n += kinds) {
    for (Candidates& some : all) {
      std::vector<Tensor> beside{narrow(some.run->images, 0, some.first, kinds)};
      if (n > 0) beside.insert(beside.begin(), chosen.end() - kinds, chosen.end());
      const std::vector<double> values =
          doubles(objective(model, cat(beside, 0), variety_in_choice));
      if (n == 0) some.loss.assign(static_cast<std::size_t>(kinds), -unbounded);
      for (std::size_t k = 0; k < some.loss.size(); ++k) {
        if (some.loss[k] == unbounded) continue;  // it is chosen
        const double penalty = some.run->penalty[static_cast<std::size_t>(some.first) + k];
        const double value = values[values.size() - some.loss.size() + k];
        // The first choice was made of pictures alone.
        const double before = n > kinds ? some.loss[k] : -unbounded;
        some.loss[k] = std::max(before, penalty - value / best.unit);
      }
    }
    for (Index k = 0; k < kinds; ++k) {
      const auto kind = static_cast<std::size_t>(k);
      Candidates& next = *std::ranges::min_element(
          all, {}, [&](const Candidates& some) { return some.loss[kind]; });
      next.loss[kind] = unbounded;
      const auto place = static_cast<std::size_t>(next.first + k);
      chosen.push_back(next.image(k));
      best.objective_before.push_back(next.run->objective_before[place]);
      best.penalty.push_back(next.run->penalty[place]);
      best.reached.push_back(next.run->reached[place]);
    }
  }
  best.images = cat(chosen, 0);
  best.objective_after = doubles(objective(model, best.images));
  return best;
}

}  // namespace glass::viz
