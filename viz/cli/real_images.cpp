#include "viz/cli/real_images.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <span>

#include "autograd/node.hpp"
#include "autograd/ops.hpp"
#include "viz/classes.hpp"
#include "viz/cli/program.hpp"
#include "viz/neighbours.hpp"
#include "viz/pictures/data.hpp"

namespace glass::viz::cli {

namespace {

/// Calls `use` on all images, as many at a time as make a matrix worth multiplying.
template <class Use>
void for_each_batch(const data::Dataset& images, const Use& use) {
  constexpr Index together = 500;
  std::vector<Index> places(static_cast<std::size_t>(images.size()));
  std::iota(places.begin(), places.end(), 0);
  for (Index first = 0; first < images.size(); first += together) {
    const Index count = std::min(together, images.size() - first);
    use(data::make_batch(images, {places.data() + first, static_cast<std::size_t>(count)}));
  }
}

/// Where the first `most` of these labels are k.
template <class Labels>
std::vector<Index> places_of(const Labels& labels, Index k, std::size_t most) {
  std::vector<Index> places;
  for (std::size_t n = 0; n < labels.size() && places.size() < most; ++n) {
    if (labels[n] == k) places.push_back(static_cast<Index>(n));
  }
  return places;
}

double sum(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

}  // namespace

data::DataFolder read_real_images(const std::string& folder, const nn::Model& model,
                                  const std::vector<std::string>& picked) {
  const auto has = [](const data::Dataset& images, Index k) {
    return std::ranges::count(images.labels, k) > 0;
  };
  data::DataFolder data = as_usage([&] { return read_data(folder, model, picked, notice); });
  for (Index k = 0; k < model.class_count(); ++k) {
    if (has(data.training, k) && has(data.test, k)) continue;
    throw FileError(folder + ": no training or no test image of class " + class_name(model, k));
  }
  return data;
}

Tensor class_means(const data::Dataset& images, const std::vector<Index>& classes) {
  const Shape& shape = images.image_shape;
  const Index pixels = shape.size();
  const Tensor means =
      Tensor::empty({static_cast<Index>(classes.size()), shape[0], shape[1], shape[2]});
  real* mean = means.mutable_data();
  for (const Index k : classes) {
    std::vector<double> sum(static_cast<std::size_t>(pixels));
    double count = 0;
    for (Index n = 0; n < images.size(); ++n) {
      if (images.labels[static_cast<std::size_t>(n)] != k) continue;
      std::ranges::transform(sum, std::span(images.pixels).subspan(n * pixels, pixels), sum.begin(),
                             std::plus<>());
      ++count;
    }
    mean = std::ranges::transform(sum, mean, [=](double s) {
             return static_cast<real>(s / (255 * count));
           }).out;
  }
  return means;
}

Tensor first_of_each(const data::Dataset& images, const std::vector<Index>& classes) {
  std::vector<Index> places;
  for (const Index k : classes) {
    places.push_back(std::ranges::find(images.labels, k) - images.labels.begin());
  }
  return data::make_batch(images, places).images;
}

std::vector<Spread> spreads_of(const nn::Model& judge, const Group& group,
                               const data::Dataset& images) {
  constexpr std::size_t enough = 100;
  std::vector<Spread> spreads;
  for (Index k = 0; k < judge.class_count(); ++k) {
    const std::vector<Index> ours = places_of(group.classes, k, group.classes.size()),
                             real = places_of(images.labels, k, enough);
    if (ours.size() < 2 || real.size() < 2) continue;
    std::vector<Tensor> pictures;
    for (const Index n : ours) pictures.push_back(narrow(group.images, 0, n, 1));
    spreads.push_back({k, ours.size(), mean_distance(judge, cat(pictures, 0)),
                       mean_distance(judge, data::make_batch(images, real).images)});
  }
  return spreads;
}

void compare(std::vector<Group>& groups, const data::DataFolder& data, const std::string& folder) {
  const NoGrad no_grad;
  std::vector<Tensor> pictures;
  for (const Group& group : groups) pictures.push_back(group.images);
  Neighbours neighbours(cat(pictures, 0));
  for_each_batch(data.training,
                 [&](const data::Batch& batch) { neighbours.add(batch.images, batch.labels); });
  double variation = 0, high_frequency = 0;
  for_each_batch(data.test, [&](const data::Batch& batch) {
    variation += sum(mean_variation(batch.images));
    high_frequency += sum(high_frequency_share(batch.images));
  });
  if (variation == 0 || high_frequency == 0) {
    throw FileError(folder +
                    ": every test image is of one colour; there is nothing to compare with");
  }
  const auto count = static_cast<double>(data.test.size());
  Index n = 0;
  for (Group& group : groups)
    for (Verdict& verdict : group.verdicts) {
      verdict.resemblance = {
          .nearest_class = neighbours.majority(n),
          .cosine = neighbours.cosine(n),
          .total_variation_ratio = verdict.score.total_variation * count / variation,
          .high_frequency_ratio = verdict.score.high_frequency * count / high_frequency};
      ++n;
    }
}

}  // namespace glass::viz::cli
