#include "viz/cli/film.hpp"

#include <cmath>

#include "autograd/node.hpp"

namespace glass::viz::cli {

Film::Film(const nn::Model& model, const Objective& of, Index pictures)
    : images(static_cast<std::size_t>(pictures)),
      objective(images.size()),
      probability(of.of_class() ? images.size() : 0),
      model_(model),
      objective_(of) {}

void Film::record(const Tensor& batch) {
  const NoGrad no_grad;
  const auto append = [](std::vector<std::vector<double>>& rows, const Tensor& values) {
    for (std::size_t n = 0; n < rows.size(); ++n) rows[n].push_back(values.values()[n]);
  };
  for (std::size_t n = 0; n < images.size(); ++n) {
    images[n].push_back(to_image(batch, static_cast<Index>(n)));
  }
  append(objective, objective_(model_, batch));
  if (objective_.of_class()) append(probability, objective_.probability(model_, batch));
}

std::vector<std::size_t> milestones(std::size_t last, std::size_t count) {
  std::vector<std::size_t> steps;
  for (std::size_t i = 0; i < count; ++i) {
    const double way = static_cast<double>(i) / static_cast<double>(count - 1);
    const auto step = static_cast<std::size_t>(std::lround(way * way * static_cast<double>(last)));
    if (steps.empty() || step > steps.back()) steps.push_back(step);
  }
  return steps;
}

}  // namespace glass::viz::cli
