#pragma once

#include <cstddef>
#include <vector>

#include "viz/objective.hpp"
#include "viz/pictures/image.hpp"

namespace glass::viz::cli {

/// Pictures on their way through a run, at each moment at which somebody looked.
class Film {
 public:
  /// Follows the first `pictures` of a batch. Keeps references.
  Film(const nn::Model& model, const Objective& objective, Index pictures = 1);

  /// Looks at images[N,C,H,W], N being at least `pictures`.
  void record(const Tensor& batch);

  std::size_t moments() const { return images.front().size(); }

  // [picture][moment]; probabilities only if the objective is of a class.
  std::vector<std::vector<Image>> images;
  std::vector<std::vector<double>> objective, probability;

 private:
  const nn::Model& model_;
  const Objective& objective_;
};

/// About `count` of the moments 0, 1, ..., last, with both ends, close together at the beginning,
/// where most happens.
std::vector<std::size_t> milestones(std::size_t last, std::size_t count);

}  // namespace glass::viz::cli
