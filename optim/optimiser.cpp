#include "optim/optimiser.hpp"

#include <limits>

namespace glass::optim {

Optimiser::Optimiser(std::vector<Tensor> tensors, double lr) : tensors_(std::move(tensors)) {
  for (const Tensor& tensor : tensors_) {
    if (!tensor.is_leaf()) {
      throw GraphError("optimiser: a tensor of shape " + tensor.shape().str() +
                       " is the result of an operation; only leaves can be stepped");
    }
  }
  set_lr(lr);
}

void Optimiser::zero_grad() const {
  for (const Tensor& tensor : tensors_) tensor.zero_grad();
}

void Optimiser::set_lr(double lr) {
  check_option("optimiser", "lr", lr, 0, std::numeric_limits<double>::infinity());
  lr_ = lr;
}

void check_option(const char* optimiser, const char* name, double value, double low, double high) {
  if (value >= low && value < high) return;
  throw Error(
      text(optimiser, ": ", name, " is ", value, ", expected ", low, " <= ", name, " < ", high));
}

std::vector<Tensor> zeros_like(const std::vector<Tensor>& tensors) {
  std::vector<Tensor> zeros;
  for (const Tensor& tensor : tensors) zeros.push_back(Tensor::zeros(tensor.shape()));
  return zeros;
}

}  // namespace glass::optim
