#include "viz/start.hpp"

#include <algorithm>

namespace glass::viz {

namespace {

/// Whether the normalisation says nothing of the data: none at all, or from [0, 1] to [-1, 1].
bool is_unmeasured(const nn::Model& model) {
  const auto all = [](const std::vector<double>& values, double value) {
    return std::ranges::all_of(values, [=](double v) { return v == value; });
  };
  return model.mean.empty() || (all(model.mean, 0) && all(model.std, 1)) ||
         (all(model.mean, 0.5) && all(model.std, model.std.front()));
}

}  // namespace

std::vector<double> centre_of(const nn::Model& model) {
  if (!model.usual.empty()) return model.usual;
  const Index channels = model.input_shape[0];
  if (is_unmeasured(model)) {
    return std::vector<double>(static_cast<std::size_t>(channels), channels == 1 ? 0 : 0.5);
  }
  std::vector<double> centre = model.mean;
  for (double& mean : centre) mean = mean < 0.25 ? 0 : mean > 0.75 ? 1 : mean;
  return centre;
}

Tensor initial_noise(const nn::Model& model, const std::vector<Index>& keys, std::uint64_t seed,
                     double stddev) {
  const Shape& shape = model.input_shape;
  const std::vector<double> centre = centre_of(model);
  Tensor noise = Tensor::empty({static_cast<Index>(keys.size()), shape[0], shape[1], shape[2]});
  real* pixel = noise.mutable_data();
  for (const Index key : keys) {
    Rng rng(seed * 1000003 + static_cast<std::uint64_t>(key));
    for (const double mean : centre)
      for (Index i = 0; i < shape[1] * shape[2]; ++i) {
        *pixel++ = static_cast<real>(std::clamp(mean + stddev * rng.normal(), 0.0, 1.0));
      }
  }
  return noise;
}

}  // namespace glass::viz
