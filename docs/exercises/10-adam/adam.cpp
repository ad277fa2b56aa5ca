#include "optim/adam.hpp"

#include <cmath>
#include <limits>

#include "docs/exercises/not_implemented.hpp"

namespace glass::optim {

Adam::Adam(std::vector<Tensor> tensors, const AdamOptions& options, bool decoupled)
    : Optimiser(std::move(tensors), options.lr),
      options_(options),
      decoupled_(decoupled),
      m_(zeros_like(this->tensors())),
      v_(zeros_like(this->tensors())) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  check_option("adam", "beta1", options.beta1, 0, 1);
  check_option("adam", "beta2", options.beta2, 0, 1);
  check_option("adam", "eps", options.eps, std::numeric_limits<real>::min(), infinity);
  check_option("adam", "weight_decay", options.weight_decay, 0, infinity);
  for (std::size_t i = 0; i < m_.size(); ++i) t_.push_back(Tensor::scalar(0));
}

/// For each of tensors(): its values x, its gradient, the means m_[i] and v_[i] as buffers of equal
/// size, and t_[i], a tensor of one value, which counts. Every one of them is changed in place,
/// through data(); the gradient is only read. lr() is the step size, options_ has the rest.
void Adam::step() {
  // Weight decay is part of the gradient (Adam) or not (AdamW): one of the two is 0.
  [[maybe_unused]] const double in_gradient = decoupled_ ? 0 : options_.weight_decay;
  [[maybe_unused]] const double beside_it = decoupled_ ? options_.weight_decay : 0;
  for (std::size_t i = 0; i < tensors().size(); ++i) {
    throw NotImplemented("Exercise 10: Adam, the update");
  }
}

std::vector<Tensor> Adam::state() const {
  std::vector<Tensor> all = m_;
  all.insert(all.end(), v_.begin(), v_.end());
  all.insert(all.end(), t_.begin(), t_.end());
  return all;
}

}  // namespace glass::optim
