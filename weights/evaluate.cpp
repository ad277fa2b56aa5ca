#include "weights/evaluate.hpp"

#include <algorithm>
#include <numeric>

#include "viz/scores.hpp"
#include "weights/keyed_rng.hpp"

namespace glass::training {

Index Evaluation::correct() const {
  Index diagonal = 0;
  for (Index k = 0; k < classes; ++k) {
    diagonal += confusion[static_cast<std::size_t>(k * classes + k)];
  }
  return diagonal;
}

Index Evaluation::total() const {
  return std::accumulate(confusion.begin(), confusion.end(), Index{0});
}

Evaluation evaluate(nn::Model& model, const data::Dataset& data, const viz::Attack& how) {
  constexpr Index batch_size = 250;
  model.eval();
  Evaluation result;
  result.classes = model.class_count();
  result.confusion.resize(static_cast<std::size_t>(result.classes * result.classes));
  std::vector<Index> places(static_cast<std::size_t>(data.size()));
  std::iota(places.begin(), places.end(), 0);
  for (Index first = 0; first < data.size(); first += batch_size) {
    const auto count = static_cast<std::size_t>(std::min(batch_size, data.size() - first));
    data::Batch batch = data::make_batch(data, {places.data() + first, count});
    Rng rng = keyed_rng(0, 0, first);
    if (how) batch.images = viz::attack(model, batch.images, batch.labels, how, rng);
    const std::vector<Index> given = argmax(viz::logits_of(model, batch.images), 1);
    for (std::size_t i = 0; i < count; ++i) {
      ++result.confusion[static_cast<std::size_t>(batch.labels[i] * result.classes + given[i])];
    }
  }
  return result;
}

}  // namespace glass::training
