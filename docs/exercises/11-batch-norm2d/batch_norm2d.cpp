#include <cmath>

#include "autograd/channels.hpp"
#include "autograd/loops.hpp"
#include "autograd/node.hpp"
#include "autograd/ops.hpp"
#include "docs/exercises/not_implemented.hpp"

namespace glass {

/// y = weight xhat + bias with xhat = (x - mean) / sqrt(var + eps), per channel.
///
/// In evaluation mean and var are constants. In training they are those of the batch: move one x, and
/// all of its channel's xhat move.
struct BatchNorm2dNode final : Node {
  Saved x{this, "x"}, mean{this, "mean"};  // in evaluation only dw reads these
  Saved weight{this, "weight"}, inverse_std{this, "inverse_std"};
  bool training = false;

  const char* name() const override { return "batch_norm2d"; }

  Grads backward(const Storage& dy) const override {
    const Channels channels(shape);
    Grads grads(inputs.size());
    if (need[2]) {
      grads[2] = Storage(channels.C);
      real* sum = grads[2].mutable_data();
      channels.for_each([&](Index c) {
        const real* d = dy.data();
        sum[c] = static_cast<real>(channels.sum(c, [=](Index i) { return d[i]; }));
      });
    }
    if (need[1]) {
      // One number for each channel, and a sum like that above: of what? mean and inverse_std have
      // one value for each channel, x is as large as dy. (Write through a pointer that was taken
      // once, with mutable_data(), as above.)
      throw NotImplemented("Exercise 11: batch_norm2d, the gradient to its weight");
    }
    if (need[0]) {
      // As large as dy. channels.for_each_element(c, f) calls f(i) for each element of a channel;
      // `training` tells which of the two gradients is wanted.
      throw NotImplemented("Exercise 11: batch_norm2d, the gradient to its input");
    }
    return grads;
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
  real* moving_mean = options.training ? running_mean.mutable_data() : nullptr;
  real* moving_var = options.training ? running_var.mutable_data() : nullptr;
  Tensor y = Tensor::empty(x.shape());
  real* to = y.mutable_data();

  channels.for_each([&](Index c) {
    const real* v = x.data();
    double centre = running_mean.data()[c], variance = running_var.data()[c];
    if (options.training) {
      centre = channels.sum(c, [=](Index i) { return v[i]; }) / M;
      const auto m = static_cast<real>(centre);
      variance = channels.sum(c, [=](Index i) { return (v[i] - m) * (v[i] - m); }) / M;
      // The running variance is the unbiased one, as in PyTorch.
      const auto blend = [&](real& running, double batch) {
        running = static_cast<real>((1 - options.momentum) * running + options.momentum * batch);
      };
      blend(moving_mean[c], centre);
      blend(moving_var[c], variance * M / (M - 1));
    }
    const auto m = means[c] = static_cast<real>(centre);
    const auto s = inverse_stds[c] = static_cast<real>(1 / std::sqrt(variance + options.eps));
    const real scale = weight.data()[c] * s, offset = bias.data()[c];
    channels.for_each_element(c, [=](Index i) { to[i] = (v[i] - m) * scale + offset; });
  });

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
