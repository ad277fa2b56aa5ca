#include <cmath>

#include "autograd/channels.hpp"
#include "autograd/loops.hpp"
#include "autograd/node.hpp"
#include "autograd/ops.hpp"

namespace glass {

///     y = w xhat + b with xhat = (x - mean) / sqrt(var + eps), per channel
///     dx = w / sqrt(var + eps) dy; in training
///         dx = w / sqrt(var + eps) (dy - db / M - xhat dw / M)
///     dw = sum dy xhat
///     db = sum dy
///
/// In evaluation mean and var are constants. In training they are those of the batch and move with
/// x: what this adds removes from dy its part along the two directions in which xhat cannot move,
/// its mean and its scale. M is the number of elements in a channel.
struct BatchNorm2dNode final : Node {
  Saved x{this, "x"}, mean{this, "mean"};  // in evaluation only dw reads these
  Saved weight{this, "weight"}, inverse_std{this, "inverse_std"};
  bool training = false;

  const char* name() const override { return "batch_norm2d"; }

  Grads backward(const Storage& dy) const override {
    const Channels channels(shape);
    const bool moves = training && need[0];  // mean and var, with x
    const bool sum_wanted = need[2] || moves, product_wanted = need[1] || moves;
    const Storage dx = need[0] ? Storage(dy.size()) : Storage();
    const Storage dweight(channels.C), dbias(channels.C);
    real *to = dx.mutable_data(), *sum = dbias.mutable_data(), *product = dweight.mutable_data();

    const real *d = dy.data(), *v = x.data();
    const auto sums_and_moving_dx = [&](Index c) {
      if (sum_wanted) sum[c] = static_cast<real>(channels.sum(c, [=](Index i) { return d[i]; }));
      if (!product_wanted) return;
      const real m = mean.data()[c], s = inverse_std.data()[c];
      product[c] =
          static_cast<real>(channels.sum(c, [=](Index i) { return d[i] * (v[i] - m) * s; }));
      if (!moves) return;
      const real scale = weight.data()[c] * s;
      const real share = 1 / static_cast<real>(channels.N * channels.pixels);
      const real mean_dy = share * sum[c], slope = share * product[c] * s;
      channels.for_each_element(
          c, [=](Index i) { to[i] = scale * (d[i] - mean_dy - (v[i] - m) * slope); });
    };
    if (sum_wanted || product_wanted) channels.for_each(sums_and_moving_dx);
    if (need[0] && !training) {
      const real *w = weight.data(), *s = inverse_std.data();
      channels.for_each_plane([=](Index c, Index begin, Index end) {
        const real scale = w[c] * s[c];
        for (Index i = begin; i < end; ++i) to[i] = scale * d[i];
      });
    }
    return {dx, need[1] ? dweight : Storage(), need[2] ? dbias : Storage()};
  }
};

namespace {

void check(const Tensor& x, const Tensor& weight, const Tensor& bias, const Tensor& running_mean,
           const Tensor& running_var, const BatchNormOptions& options) {
  const Shape& xs = x.shape();
  require(xs.rank() == 4, "batch_norm2d: x must be [N,C,H,W], got ", xs);
  for (const Tensor& t : {weight, bias, running_mean, running_var}) {
    require(t.shape() == Shape{xs[1]}, "batch_norm2d: x ", xs, " needs weight, bias and running ",
            "values of shape [", xs[1], "], got ", t.shape());
  }
  require(options.eps > 0, "batch_norm2d: eps must be positive, got ", options.eps);
  require(!options.training || xs[0] * xs[2] * xs[3] > 1,
          "batch_norm2d: training needs more than one value per channel, got x ", xs,
          "; a larger batch, or eval()");
}

}  // namespace

Tensor batch_norm2d(const Tensor& x, const Tensor& weight, const Tensor& bias,
                    const Tensor& running_mean, const Tensor& running_var,
                    const BatchNormOptions& options) {
  check(x, weight, bias, running_mean, running_var, options);
  const Channels channels(x.shape());
  const auto M = static_cast<double>(channels.N * channels.pixels);
  const Storage mean(channels.C), inverse_std(channels.C);
  real *means = mean.mutable_data(), *inverse_stds = inverse_std.mutable_data();
  Tensor y = Tensor::empty(x.shape());
  real* to = y.mutable_data();

  const real *v = x.data(), *w = weight.data(), *b = bias.data();
  const auto normalise = [=](Index c, Index begin, Index end) {
    const real m = means[c], scale = w[c] * inverse_stds[c], offset = b[c];
    for (Index i = begin; i < end; ++i) to[i] = (v[i] - m) * scale + offset;
  };
  const auto standardise = [&](Index c, double centre, double variance) {
    means[c] = static_cast<real>(centre);
    inverse_stds[c] = static_cast<real>(1 / std::sqrt(variance + options.eps));
  };
  if (!options.training) {
    const real *centres = running_mean.data(), *variances = running_var.data();
    for (Index c = 0; c < channels.C; ++c) standardise(c, centres[c], variances[c]);
    channels.for_each_plane(normalise);
  } else {
    real *moving_mean = running_mean.mutable_data(), *moving_var = running_var.mutable_data();
    channels.for_each([&](Index c) {
      const double centre = channels.sum(c, [=](Index i) { return v[i]; }) / M;
      const auto m = static_cast<real>(centre);
      const double variance = channels.sum(c, [=](Index i) { return (v[i] - m) * (v[i] - m); }) / M;
      standardise(c, centre, variance);
      // The running variance is the unbiased one, as in PyTorch.
      const auto blend = [&](real& running, double batch) {
        running = static_cast<real>((1 - options.momentum) * running + options.momentum * batch);
      };
      blend(moving_mean[c], centre);
      blend(moving_var[c], variance * M / (M - 1));
      channels.for_each_plane_of(c, [&](Index begin, Index end) { normalise(c, begin, end); });
    });
  }

  if (auto node = record<BatchNorm2dNode>(y, {x, weight, bias})) {
    const auto& need = node->need;
    if (need[1] || (options.training && need[0])) node->x = x.storage(), node->mean = mean;
    if (need[0]) node->weight = weight.storage();
    if (need[0] || need[1]) node->inverse_std = inverse_std;
    node->training = options.training;
  }
  return y;
}

}  // namespace glass
