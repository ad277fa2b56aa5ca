#include "viz/start.hpp"

#include <algorithm>

namespace glass::inline GLASS_PRECISION::viz {

std::vector<double> centre_of(const nn::Model& model) {
  const auto channels = static_cast<std::size_t>(model.input_shape[0]);
  std::vector<double> centre = model.mean.empty() ? std::vector<double>(channels, 0.5) : model.mean;
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

}  // namespace glass::inline GLASS_PRECISION::viz
