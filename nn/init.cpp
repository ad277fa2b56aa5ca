#include "nn/init.hpp"

#include <cmath>

namespace glass::nn {

namespace {

void fill_normal(const Tensor& tensor, Rng& rng, double stddev) {
  for (real& value : tensor.mutable_values()) value = static_cast<real>(stddev * rng.normal());
}

void fill_uniform(const Tensor& tensor, Rng& rng, double bound) {
  for (real& value : tensor.mutable_values()) value = static_cast<real>(rng.uniform(-bound, bound));
}

/// Half the width of the uniform distribution around 0 that has this variance.
double bound_for(double variance) { return std::sqrt(3 * variance); }

double kaiming_variance(const Tensor& weight, double slope) {
  return 2 / ((1 + slope * slope) * fans(weight.shape()).in);
}

double xavier_variance(const Tensor& weight) {
  const auto [in, out] = fans(weight.shape());
  return 2 / (in + out);
}

}  // namespace

Fans fans(const Shape& weight) {
  require(weight.rank() >= 2 && weight.size() > 0, "init: weight must be [out,in,..], got ",
          weight);
  const auto size = static_cast<double>(weight.size());
  return {size / static_cast<double>(weight[0]), size / static_cast<double>(weight[1])};
}

void kaiming_normal(const Tensor& weight, Rng& rng, double negative_slope) {
  fill_normal(weight, rng, std::sqrt(kaiming_variance(weight, negative_slope)));
}

void kaiming_uniform(const Tensor& weight, Rng& rng, double negative_slope) {
  fill_uniform(weight, rng, bound_for(kaiming_variance(weight, negative_slope)));
}

void xavier_normal(const Tensor& weight, Rng& rng) {
  fill_normal(weight, rng, std::sqrt(xavier_variance(weight)));
}

void xavier_uniform(const Tensor& weight, Rng& rng) {
  fill_uniform(weight, rng, bound_for(xavier_variance(weight)));
}

void default_init(const Tensor& weight, const Tensor& bias, Rng& rng) {
  const double bound = 1 / std::sqrt(fans(weight.shape()).in);
  fill_uniform(weight, rng, bound);
  if (bias) fill_uniform(bias, rng, bound);
}

}  // namespace glass::nn
