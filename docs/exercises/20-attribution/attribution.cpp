#include "viz/attribution.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "autograd/node.hpp"
#include "docs/exercises/not_implemented.hpp"
#include "viz/finite.hpp"
#include "viz/saliency.hpp"

namespace glass::viz {

namespace {

/// How bilinear interpolation makes `to` pixels of `from`: [to,from]. Pixel p of the new ones has its
/// centre at (p + 1/2) from / to - 1/2 of the old (PyTorch: align_corners=False); the edge is repeated.
Tensor interpolation(Index to, Index from) {
  const Tensor matrix = Tensor::zeros({to, from});
  for (Index p = 0; p < to; ++p) {
    const double scale = static_cast<double>(from) / static_cast<double>(to),
                 place = std::max(0.0, (static_cast<double>(p) + 0.5) * scale - 0.5);
    const auto before = static_cast<Index>(place), after = std::min(before + 1, from - 1);
    const double share = place - static_cast<double>(before);
    matrix.mutable_data()[p * from + before] += static_cast<real>(1 - share);
    matrix.mutable_data()[p * from + after] += static_cast<real>(share);
  }
  return matrix;
}

/// maps[N,1,h,w] -> [N,1,H,W]
[[maybe_unused]] Tensor bilinear(const Tensor& maps, Index H, Index W) {
  const Index h = maps.shape()[2], w = maps.shape()[3];
  std::vector<Tensor> all;
  for (Index n = 0; n < maps.shape()[0]; ++n) {
    const Tensor map = reshape(narrow(maps, 0, n, 1), {h, w});
    const Tensor rows = matmul(interpolation(H, h), map);
    all.push_back(reshape(linear(rows, interpolation(W, w)), {1, 1, H, W}));
  }
  return cat(all, 0);
}

/// Where windows begin along an axis; the last one ends with it.
std::vector<Index> window_places(Index size, Index window, Index stride) {
  std::vector<Index> places;
  for (Index p = 0; p < size - window; p += stride) places.push_back(p);
  places.push_back(size - window);
  return places;
}

}  // namespace

/// df/dx
Tensor gradient(nn::Model& model, const Objective& f, const Tensor& x, const AttributionOptions&) {
  return saliency(model, f, x);
}

/// x df/dx
Tensor gradient_x_input(nn::Model& model, const Objective& f, const Tensor& x,
                        const AttributionOptions&) {
  return x * saliency(model, f, x);
}

/// (1/n) sum_k df/dx(x + noise (max x - min x) e_k), with e_k from a normal distribution
Tensor smoothgrad(nn::Model& model, const Objective& f, const Tensor& x,
                  const AttributionOptions& options) {
  const Shape& shape = x.shape();
  const Tensor pixels = flatten(x), range = max(pixels, 1) + max(-pixels, 1);
  const Tensor deviation = reshape(options.noise * range, {shape[0], 1, 1, 1});
  Rng rng(options.seed);
  Tensor sum = Tensor::zeros(shape);
  for (int k = 0; k < options.samples; ++k) {
    const Tensor e = Tensor::randn({1, shape[1], shape[2], shape[3]}, rng);
    sum = sum + saliency(model, f, x + deviation * e);
  }
  return sum / options.samples;
}

/// (x - b) int_0^1 df/dx(b + t (x - b)) dt, the integral by the midpoint rule
Tensor integrated_gradients([[maybe_unused]] nn::Model& model, [[maybe_unused]] const Objective& f,
                            [[maybe_unused]] const Tensor& x,
                            [[maybe_unused]] const AttributionOptions& options) {
  // The baseline b is options.baseline, [1,C,H,W], which broadcasts; saliency(model, f, x) is df/dx at x.
  // The midpoint rule takes options.steps pieces of equal length, and of each the slope in its middle.
  throw NotImplemented("Exercise 20: attribution, integrated gradients");
}

/// df/dx, where at each ReLU y = relu(z) the gradient that comes to z is
///
///     dz = max(dy, 0) where z > 0, else 0
Tensor guided_backpropagation(nn::Model& model, const Objective& f, const Tensor& x,
                              const AttributionOptions&) {
  const auto keep_positive = [](const Tensor& dy) {
    for (real& g : dy.mutable_values()) g = g < 0 ? 0 : g;
  };
  return saliency(model, f, x, [&](const std::vector<Tensor>& outputs) {
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      const std::string_view type = model.layers.layer(static_cast<Index>(i)).type();
      if (type == "ReLU" || type == "ReLU6") outputs[i].on_gradient(keep_positive);
    }
  });
}

/// relu(sum_c a_c A_c), with A[N,C,h,w] the layer's output and a_c the mean of df/dA_c over its places;
/// enlarged to the picture
Tensor grad_cam(nn::Model& model, const Objective& f, const Tensor& x,
                const AttributionOptions& options) {
  const Index layer = options.layer;
  const bool is_there = layer >= 0 && layer <= f.last_layer();
  Tensor A;
  if (is_there) {
    saliency(model, f, x, [&](const std::vector<Tensor>& outputs) {
      A = outputs[static_cast<std::size_t>(layer)];
      A.retain_grad();
    });
  }
  if (!is_there || !A.has_grad()) {
    throw Error(text("Grad-CAM: ", f.expression(), " does not depend on ",
                     layer < 0 ? "a layer with places" : model.layers.alias(layer)));
  }
  if (A.shape().rank() != 4) {
    throw Error(text("Grad-CAM: expected a layer whose output is [N,C,H,W], found ",
                     model.layers.alias(layer), " with ", A.shape()));
  }
  // A is [N,C,h,w], A.grad() is df/dA. What comes out is [N,1,h,w], enlarged by bilinear(map, H, W).
  throw NotImplemented("Exercise 20: attribution, Grad-CAM");
}

/// The mean, over all windows that cover a pixel, of f(x) - f(x with the baseline in that window)
Tensor occlusion(nn::Model& model, const Objective& f, const Tensor& x,
                 const AttributionOptions& options) {
  model.eval();
  const NoGrad no_grad;
  const Index N = x.shape()[0], H = x.shape()[2], W = x.shape()[3], side = options.window;
  require(side <= std::min(H, W) && 1 <= options.stride && options.stride <= side,
          "occlusion: expected a window within ", W, "x", H,
          " pixels and a stride no longer than the window, got ", side, " and ", options.stride);
  const Tensor before = f(model, x);
  Tensor falls = Tensor::zeros({N, 1, H, W}), windows = Tensor::zeros({1, 1, H, W});
  for (const Index top : window_places(H, side, options.stride))
    for (const Index left : window_places(W, side, options.stride)) {
      const Tensor window =
          pad(Tensor::full({1, 1, side, side}, 1), {top, H - top - side, left, W - left - side});
      const Tensor hidden = x + window * (options.baseline - x);
      falls = falls + window * reshape(before - f(model, hidden), {N, 1, 1, 1});
      windows = windows + window;
    }
  if (!all_finite({falls})) refuse_not_finite(model, [&] { f(model, x); });
  return falls / windows;
}

const std::vector<NamedMethod>& attribution_methods() {
  static const std::vector<NamedMethod> methods{
      {"gradient", "gradient", gradient},
      {"gradient-x-input", "gradient x input", gradient_x_input},
      {"smoothgrad", "SmoothGrad", smoothgrad},
      {"integrated-gradients", "integrated gradients", integrated_gradients},
      {"guided-backpropagation", "guided backpropagation", guided_backpropagation},
      {"grad-cam", "Grad-CAM", grad_cam},
      {"occlusion", "occlusion", occlusion},
  };
  return methods;
}

std::vector<double> completeness_gap(nn::Model& model, const Objective& f, const Tensor& x,
                                     const Tensor& baseline, const Tensor& attributions) {
  model.eval();
  const NoGrad no_grad;
  const Tensor at_baseline = f(model, baseline + Tensor::zeros(x.shape()));
  const Tensor difference = f(model, x) - at_baseline, rows = flatten(attributions);
  const Tensor gap = abs(sum(rows, {1}, true) - difference), size = sum(abs(rows), {1}, true);
  std::vector<double> shares;
  for (Index n = 0; n < x.shape()[0]; ++n) {
    shares.push_back(gap.data()[n] > 0 ? double(gap.data()[n]) / size.data()[n] : 0);
  }
  return shares;
}

Index last_map(const nn::Model& model, const Objective& objective) {
  const Shape& in = model.input_shape;
  const std::vector<Shape> shapes = model.layers.output_shapes({1, in[0], in[1], in[2]});
  for (Index i = objective.last_layer(); i >= 0; --i) {
    const Shape& shape = shapes[static_cast<std::size_t>(i)];
    const bool has_places = shape.rank() == 4 && shape[2] * shape[3] > 1;
    const std::string_view type = model.layers.layer(i).type();
    if (has_places && type.find("Pool") == type.npos) return i;
  }
  return -1;
}

}  // namespace glass::viz
