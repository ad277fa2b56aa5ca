#include "viz/best_of.hpp"

#include <algorithm>
#include <functional>
#include <limits>

#include "autograd/node.hpp"
#include "autograd/statistics.hpp"
#include "viz/scores.hpp"

namespace glass::viz {

namespace {

/// Of the largest that a picture of the class has, what others need to be chosen.
constexpr double share_of_probability = 0.9, share_of_lead = 0.8;
/// Once sure of their class, pictures are chosen by how unlike each other they are, and only among those
/// that are unlike enough by what else they are worth.
constexpr double variety_in_choice = 100;

constexpr double unbounded = std::numeric_limits<double>::infinity();

/// One picture of each kind, of one run, and how bad each is beside those chosen so far.
struct Candidates {
  const MaximiseResult* run;
  Index first;  ///< picture of the run
  std::vector<double> loss;

  Tensor image(Index kind) const { return narrow(run->images, 0, first + kind, 1); }
};

/// Rules out those that the network is not as sure of as of the best of their class, but leaves `count`.
/// First by their probability, which tells what another class may be as well; then by their lead where they
/// are moved, which tells what hangs on single pixels.
void rule_out(const nn::Model& model, const Objective& objective, std::size_t count,
              std::vector<Candidates>& all) {
  std::vector<Index> classes;
  for (Index k = 0; k < objective.pictures(); ++k) classes.push_back(objective.unit(k));
  std::vector<std::vector<double>> probabilities, leads;
  for (const Candidates& some : all) {
    const Tensor images = narrow(some.run->images, 0, some.first, std::ssize(classes));
    probabilities.push_back(doubles(objective.probability(model, images)));
    leads.push_back(mean_lead(model, images, classes));
  }
  for (std::size_t k = 0; k < classes.size(); ++k) {
    const auto need = [&](double share, const std::vector<std::vector<double>>& values) {
      std::vector<double> left;
      for (std::size_t i = 0; i < all.size(); ++i)
        if (all[i].loss[k] != unbounded) left.push_back(values[i][k]);
      std::ranges::sort(left, std::greater<>());
      const double least = std::min(share * left.front(), left[count - 1]);
      for (std::size_t i = 0; i < all.size(); ++i)
        if (values[i][k] < least) all[i].loss[k] = unbounded;
    };
    need(share_of_probability, probabilities);
    need(share_of_lead, leads);
  }
}

}  // namespace

MaximiseResult best_of(const nn::Model& model, const Objective& objective,
                       const std::vector<MaximiseResult>& runs) {
  if (runs.size() == 1) return runs.front();
  const NoGrad no_grad;
  const Index kinds = objective.pictures(), pictures = runs.front().images.shape()[0];
  std::vector<Candidates> all;
  for (const MaximiseResult& run : runs) {
    for (Index n = 0; n < pictures; n += kinds) {
      all.push_back({&run, n, std::vector(static_cast<std::size_t>(kinds), -unbounded)});
    }
  }
  if (pictures > kinds && objective.of_class()) {
    rule_out(model, objective, static_cast<std::size_t>(pictures / kinds), all);
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
      for (std::size_t k = 0; k < some.loss.size(); ++k) {
        if (some.loss[k] == unbounded) continue;  // ruled out, or chosen
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
