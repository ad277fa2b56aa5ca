#include "autograd/gradcheck.hpp"

#include <algorithm>
#include <cmath>

#include "autograd/node.hpp"
#include "autograd/random.hpp"

namespace glass {

namespace {

std::vector<Tensor> trainable_copies(const std::vector<Tensor>& inputs) {
  std::vector<Tensor> copies;
  for (const Tensor& input : inputs) copies.push_back(input.clone().requires_grad(true));
  return copies;
}

/// d (f . cotangent) / d inputs, by backward().
std::vector<Tensor> analytic_gradients(const TensorFunction& f, const std::vector<Tensor>& inputs,
                                       const Tensor& cotangent) {
  const std::vector<Tensor> copies = trainable_copies(inputs);
  f(copies).backward(cotangent);
  std::vector<Tensor> gradients;
  for (const Tensor& copy : copies) {
    gradients.push_back(copy.has_grad() ? copy.grad() : Tensor::zeros(copy.shape()));
  }
  return gradients;
}

/// d (f . cotangent) / d input[k], by a central difference. Differences are taken output by output,
/// before they are summed, so that large outputs do not drown small changes.
double numeric_gradient(const TensorFunction& f, const std::vector<Tensor>& inputs,
                        const Tensor& input, Index k, const Tensor& cotangent, double step) {
  const NoGrad no_grad;
  const real middle = input.data()[k];
  input.mutable_data()[k] = middle + step;
  const Tensor above = f(inputs).clone();
  input.mutable_data()[k] = middle - step;
  const Tensor below = f(inputs).clone();
  input.mutable_data()[k] = middle;
  double sum = 0;
  for (Index i = 0; i < above.size(); ++i) {
    sum += cotangent.data()[i] * (above.data()[i] - below.data()[i]);
  }
  return sum / (2 * step);
}

/// "[1,0,2]" for the element at `offset`.
std::string coordinates(const Shape& shape, Index offset) {
  std::vector<Index> index(static_cast<std::size_t>(shape.rank()));
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    index[static_cast<std::size_t>(axis)] = offset % shape[axis];
    offset /= shape[axis];
  }
  return Shape(index.begin(), index.end()).str();
}

}  // namespace

GradcheckResult gradcheck(const TensorFunction& f, const std::vector<Tensor>& inputs,
                          const GradcheckOptions& options) {
  std::vector<Tensor> points;
  for (const Tensor& input : inputs) points.push_back(input.clone());
  const Tensor output = f(trainable_copies(points));
  const std::string name = output.creator() ? output.creator()->name() : "f";
  const auto failure = [&](std::size_t i, const auto&... parts) {
    return GradcheckResult{
        false, text("gradcheck: ", name, ": input ", i, " ", points[i].shape(), parts...)};
  };

  Rng rng(options.seed);
  const Tensor cotangent = Tensor::uniform(output.shape(), rng, 0.5, 1.5);
  for (real& c : cotangent.mutable_values()) c = rng.uniform() < 0.5 ? -c : c;
  const std::vector<Tensor> gradients = analytic_gradients(f, points, cotangent);
  const std::vector<Tensor> again = analytic_gradients(f, points, cotangent);

  GradcheckResult worst;
  double worst_excess = 1;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const std::span<const real> gradient = gradients[i].values();
    if (!std::ranges::equal(gradient, again[i].values())) {
      return failure(i,
                     ": the gradient is different when it is computed again; is a buffer read "
                     "before it was filled?");
    }
    const bool all_zero = std::ranges::all_of(gradient, [](real g) { return g == 0; });
    if (all_zero && !gradient.empty() && !options.zero_is_right) {
      return failure(i, ": the gradient is zero everywhere; if that is right, say zero_is_right");
    }
    for (Index k = 0; k < points[i].size(); ++k) {
      const double numeric = numeric_gradient(f, points, points[i], k, cotangent, options.step);
      const double analytic = gradients[i].data()[k];
      const double allowed = options.atol + options.rtol * std::abs(numeric);
      const double off = std::abs(analytic - numeric);
      if (off / allowed <= worst_excess) continue;  // false for NaN
      worst_excess = std::isnan(off) ? INFINITY : off / allowed;
      worst =
          failure(i, ", element ", coordinates(points[i].shape(), k), ": backward gives ", analytic,
                  ", finite differences ", numeric, " (off by ", off, ", allowed ", allowed, ")");
    }
  }
  return worst;
}

}  // namespace glass
