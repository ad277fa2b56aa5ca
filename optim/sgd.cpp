#include "optim/sgd.hpp"

#include <limits>

namespace glass::optim {

namespace {

void plain_step(Index n, real* __restrict x, const real* __restrict dx, real lr, real decay) {
  for (Index i = 0; i < n; ++i) x[i] -= lr * (dx[i] + decay * x[i]);
}

void momentum_step(Index n, real* __restrict x, real* __restrict v, const real* __restrict dx,
                   real lr, real decay, real momentum, bool nesterov) {
  for (Index i = 0; i < n; ++i) {
    const real g = dx[i] + decay * x[i];
    v[i] = momentum * v[i] + g;
    x[i] -= lr * (nesterov ? g + momentum * v[i] : v[i]);
  }
}

}  // namespace

SGD::SGD(std::vector<Tensor> tensors, const SGDOptions& options)
    : Optimiser(std::move(tensors), options.lr), options_(options) {
  check_option("sgd", "momentum", options.momentum, 0, 1);
  check_option("sgd", "weight_decay", options.weight_decay, 0,
               std::numeric_limits<double>::infinity());
  if (options.nesterov && options.momentum == 0) {
    throw Error("sgd: nesterov looks ahead along the momentum, and momentum is 0");
  }
  if (options.momentum > 0) velocity_ = zeros_like(this->tensors());
}

void SGD::step() {
  const real rate = static_cast<real>(lr());
  const real decay = static_cast<real>(options_.weight_decay);
  const real momentum = static_cast<real>(options_.momentum);
  for (std::size_t i = 0; i < tensors().size(); ++i) {
    const Tensor& x = tensors()[i];
    if (!x.has_grad()) continue;
    if (velocity_.empty()) {
      plain_step(x.size(), x.mutable_data(), x.grad().data(), rate, decay);
    } else {
      momentum_step(x.size(), x.mutable_data(), velocity_[i].mutable_data(), x.grad().data(), rate,
                    decay, momentum, options_.nesterov);
    }
  }
}

}  // namespace glass::optim
