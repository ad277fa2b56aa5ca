#include "optim/adam.hpp"

#include <cmath>
#include <limits>

#include "autograd/threads.hpp"

namespace glass::optim {

namespace {

/// What is the same for all elements of a tensor. One of `l2` and `keep` is neutral.
struct Coefficients {
  real beta1, fresh1;  ///< weights of the old mean and of the new gradient
  real beta2, fresh2;
  real eps;
  real l2;         ///< weight decay through the gradient
  real keep;       ///< factor of x: decoupled weight decay
  real step_size;  ///< lr / (1 - beta1^t)
  real v_scale;    ///< 1 / sqrt(1 - beta2^t)
};

constexpr Index work_per_element = 16;  // a root and a division among it

/// One pass over memory and no temporaries: every training and every painting step ends here.
void adam_step(Index n, real* __restrict x, real* __restrict m, real* __restrict v,
               const real* __restrict dx, const Coefficients& coefficients) {
  const auto [beta1, fresh1, beta2, fresh2, eps, l2, keep, step_size, v_scale] = coefficients;
  for (Index i = 0; i < n; ++i) {
    const real g = dx[i] + l2 * x[i];
    m[i] = beta1 * m[i] + fresh1 * g;
    v[i] = beta2 * v[i] + fresh2 * (g * g);
    x[i] = keep * x[i] - step_size * m[i] / (std::sqrt(v[i]) * v_scale + eps);
  }
}

}  // namespace

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

void Adam::step() {
  const double rate = lr(), decay = options_.weight_decay;
  for (std::size_t i = 0; i < tensors().size(); ++i) {
    const Tensor& x = tensors()[i];
    if (!x.has_grad()) continue;
    const double t = *t_[i].mutable_data() += 1;
    const double correction1 = 1 - std::pow(options_.beta1, t);
    const double correction2 = 1 - std::pow(options_.beta2, t);
    const Coefficients coefficients{.beta1 = static_cast<real>(options_.beta1),
                                    .fresh1 = static_cast<real>(1 - options_.beta1),
                                    .beta2 = static_cast<real>(options_.beta2),
                                    .fresh2 = static_cast<real>(1 - options_.beta2),
                                    .eps = static_cast<real>(options_.eps),
                                    .l2 = static_cast<real>(decoupled_ ? 0 : decay),
                                    .keep = static_cast<real>(decoupled_ ? 1 - rate * decay : 1),
                                    .step_size = static_cast<real>(rate / correction1),
                                    .v_scale = static_cast<real>(1 / std::sqrt(correction2))};
    real *to = x.mutable_data(), *m = m_[i].mutable_data(), *v = v_[i].mutable_data();
    const real* dx = x.grad().data();
    kernels::for_each_chunk(x.size(), work_per_element, [=](Index begin, Index end) {
      adam_step(end - begin, to + begin, m + begin, v + begin, dx + begin, coefficients);
    });
  }
}

std::vector<Tensor> Adam::state() const {
  std::vector<Tensor> all = m_;
  all.insert(all.end(), v_.begin(), v_.end());
  all.insert(all.end(), t_.begin(), t_.end());
  return all;
}

}  // namespace glass::optim
