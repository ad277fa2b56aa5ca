#include "autograd/random.hpp"

#include "autograd/tensor.hpp"

namespace glass {

Tensor Tensor::randn(const Shape& shape, Rng& rng, double stddev, double mean) {
  Tensor tensor = empty(shape);
  for (real& value : tensor.mutable_values())
    value = static_cast<real>(mean + stddev * rng.normal());
  return tensor;
}

Tensor Tensor::uniform(const Shape& shape, Rng& rng, double low, double high) {
  Tensor tensor = empty(shape);
  for (real& value : tensor.mutable_values()) value = static_cast<real>(rng.uniform(low, high));
  return tensor;
}

}  // namespace glass
