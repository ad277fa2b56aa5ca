#include "viz/saliency.hpp"

#include <algorithm>
#include <cmath>

#include "viz/finite.hpp"
#include "viz/pictures/maps.hpp"

namespace glass::viz {

namespace {

/// One number for each pixel: what `combine` makes of its channels, begun with 0.
template <class Combine>
std::vector<double> per_pixel(const Tensor& gradient, Combine combine) {
  const auto pixels = static_cast<std::size_t>(gradient.shape()[2] * gradient.shape()[3]);
  std::vector<double> map(pixels, 0.0);
  const auto values = gradient.values();
  for (std::size_t i = 0; i < values.size(); ++i) {
    map[i % pixels] = combine(map[i % pixels], static_cast<double>(values[i]));
  }
  return map;
}

/// Scales so that the largest magnitude is 1.
void normalise_peak(std::vector<double>& map) {
  double peak = 0;
  for (const double v : map) peak = std::max(peak, std::abs(v));
  for (double& v : map) v /= peak > 0 ? peak : 1;
}

}  // namespace

Tensor saliency(nn::Model& model, const Objective& objective, const Tensor& image,
                const LookAtOutputs& look) {
  model.eval();
  model.requires_grad(false);
  Tensor x, value;
  const auto there_and_back = [&] {
    x = image.clone().requires_grad(true);
    const std::vector<Tensor> outputs = model.outputs(objective.last_layer(), x);
    if (look) look(outputs);
    value = sum(objective(model, outputs));
    value.backward();
  };
  there_and_back();
  if (!all_finite({value, x.grad()})) refuse_not_finite(model, there_and_back);
  return x.grad();
}

std::vector<double> norms(const Tensor& gradient) {
  const Index N = gradient.shape()[0], pixels = gradient.size() / N;
  std::vector<double> all;
  for (Index n = 0; n < N; ++n) {
    double squares = 0;
    for (Index i = n * pixels; i < (n + 1) * pixels; ++i) {
      squares += static_cast<double>(gradient.data()[i]) * gradient.data()[i];
    }
    all.push_back(std::sqrt(squares));
  }
  return all;
}

Image draw_signed(const Tensor& gradient) {
  std::vector<double> map = per_pixel(gradient, [](double sum, double v) { return sum + v; });
  normalise_peak(map);
  Image image(gradient.shape()[3], gradient.shape()[2], 3);
  for (std::size_t i = 0; i < map.size(); ++i) {
    std::ranges::copy(diverging(map[i]).rgb, image.pixels.begin() + static_cast<Index>(3 * i));
  }
  return image;
}

Image draw_magnitude(const Tensor& gradient) {
  std::vector<double> map =
      per_pixel(gradient, [](double largest, double v) { return std::max(largest, std::abs(v)); });
  normalise_peak(map);
  Image image(gradient.shape()[3], gradient.shape()[2], 1);
  std::ranges::transform(map, image.pixels.begin(),
                         [](double v) { return static_cast<std::uint8_t>(std::lround(255 * v)); });
  return image;
}

}  // namespace glass::viz
