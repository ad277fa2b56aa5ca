#include "viz/scores.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <utility>

#include "autograd/node.hpp"
#include "nn/inference.hpp"
#include "viz/finite.hpp"
#include "viz/neighbours.hpp"
#include "viz/pictures/image.hpp"
#include "viz/start.hpp"

namespace glass::viz {

namespace {

/// Moves the images, and lets `centre`, one value per channel, come in.
Tensor shifted(const Tensor& images, Index dy, Index dx, const std::vector<double>& centre) {
  const Tensor middle = Tensor::from({1, images.shape()[1], 1, 1}, centre);
  return shift(images - middle, dy, dx) + middle;
}

double euclidean(const real* a, const real* b, Index size) {
  return std::sqrt(std::transform_reduce(a, a + size, b, 0.0, std::plus<>(), [](real u, real v) {
    const double difference = double(u) - double(v);
    return difference * difference;
  }));
}

/// The output of that layer, off the tape. -> [N,features]
Tensor last_hidden(const nn::Model& model, const Tensor& images) {
  const Index layer = last_hidden_layer(model);
  if (layer < 0) return flatten(images);
  return nn::infer([&](const Tensor& x) { return flatten(model.outputs(layer, x).back()); },
                   images);
}

/// Which coefficients of `hartley2d`, [H,W], are above a quarter of a cycle per pixel.
std::vector<bool> high_frequencies(Index H, Index W) {
  const auto frequency = [](Index k, Index size) {
    return static_cast<double>(std::min(k, size - k)) / static_cast<double>(size);
  };
  std::vector<bool> high;
  for (Index k = 0; k < H; ++k)
    for (Index l = 0; l < W; ++l) {
      high.push_back(std::hypot(frequency(k, H), frequency(l, W)) > 0.25);
    }
  return high;
}

}  // namespace

Tensor rounded_to_8_bits(const Tensor& images) {
  const Tensor rounded = Tensor::empty(images.shape());
  real* out = rounded.mutable_data();
  for (const real value : images.values()) {
    *out++ = static_cast<real>(std::lround(std::clamp(value, real(0), real(1)) * 255)) / 255;
  }
  return rounded;
}

Tensor logits_of(const nn::Model& model, const Tensor& images) {
  const Tensor logits = nn::infer([&](const Tensor& x) { return model.logits(x); }, images);
  // What is not finite is computed again with a tape, which holds all layers' outputs: of few images.
  constexpr Index together = 50;
  for (Index first = 0; first < logits.shape()[0]; first += together) {
    const Index count = std::min(together, logits.shape()[0] - first);
    if (all_finite({narrow(logits, 0, first, count)})) continue;
    refuse_not_finite(model, [&] { return model.logits(narrow(images, 0, first, count)); });
  }
  return logits;
}

std::vector<double> shift_stability(const nn::Model& model, const Tensor& images,
                                    const std::vector<Index>& classes) {
  std::vector<double> stability(classes.size());
  for (const auto& [dy, dx] : {std::pair<Index, Index>{-2, 0}, {2, 0}, {0, -2}, {0, 2}}) {
    const std::vector<Index> named =
        argmax(logits_of(model, shifted(images, dy, dx, centre_of(model))), 1);
    for (std::size_t n = 0; n < named.size(); ++n) stability[n] += named[n] == classes[n] ? .25 : 0;
  }
  return stability;
}

std::vector<double> mean_lead(const nn::Model& model, const Tensor& images,
                              const std::vector<Index>& classes) {
  std::vector<double> lead(classes.size());
  for (const Index dy : {-2, 0, 2})
    for (const Index dx : {-2, 0, 2}) {
      const Tensor logits = logits_of(model, shifted(images, dy, dx, centre_of(model)));
      const Index K = logits.shape()[1];
      const real* row = logits.data();
      for (std::size_t n = 0; n < classes.size(); ++n, row += K) {
        const real* own = row + classes[n];
        real other = -std::numeric_limits<real>::infinity();
        for (const real* logit = row; logit != row + K; ++logit)
          if (logit != own) other = std::max(other, *logit);
        lead[n] += (double(*own) - double(other)) / 9;
      }
    }
  return lead;
}

Index last_hidden_layer(const nn::Model& model) {
  const Index logits = model.logits_layer();
  return logits < 0 ? logits : model.layers.inputs(logits).front();
}

double mean_distance(const nn::Model& model, const Tensor& images, Index shift) {
  const NoGrad no_grad;
  const Tensor still = last_hidden(model, images);
  const Index N = still.shape()[0], K = still.shape()[1];
  std::vector<double> nearest(static_cast<std::size_t>(N * N),
                              std::numeric_limits<double>::infinity());
  for (Index dy = -shift; dy <= shift; ++dy)
    for (Index dx = -shift; dx <= shift; ++dx) {
      const Tensor moved = last_hidden(model, shifted(images, dy, dx, centre_of(model)));
      auto distance = nearest.begin();
      for (const real* a = moved.data(); a != moved.storage().end(); a += K)
        for (const real* b = still.data(); b != still.storage().end(); b += K, ++distance) {
          *distance = std::min(*distance, euclidean(a, b, K));
        }
    }
  double sum = 0;
  for (Index a = 0; a < N; ++a)
    for (Index b = 0; b < N; ++b) {
      if (a != b) sum += nearest[static_cast<std::size_t>(a * N + b)];
    }
  return sum / static_cast<double>(N * (N - 1));
}

std::vector<double> mean_variation(const Tensor& images) {
  const Index N = images.shape()[0], C = images.shape()[1], H = images.shape()[2],
              W = images.shape()[3];
  const auto mean = [](double sum, Index pairs) {
    return pairs > 0 ? sum / static_cast<double>(pairs) : 0;
  };
  std::vector<double> variation;
  const real* pixel = images.data();
  for (Index n = 0; n < N; ++n) {
    double across = 0, down = 0;
    for (Index row = 0; row < C * H; ++row)
      for (Index x = 0; x < W; ++x, ++pixel) {
        if (x + 1 < W) across += std::abs(pixel[1] - pixel[0]);
        if (row % H + 1 < H) down += std::abs(pixel[W] - pixel[0]);
      }
    variation.push_back(mean(across, C * H * (W - 1)) + mean(down, C * (H - 1) * W));
  }
  return variation;
}

std::vector<double> high_frequency_share(const Tensor& images) {
  const NoGrad no_grad;
  const Shape& shape = images.shape();
  const Index N = shape[0], C = shape[1], plane = shape[2] * shape[3];
  const Tensor spectrum = hartley2d(reshape(centred_rows(reshape(images, {N * C, plane})), shape));
  const std::vector<bool> is_high = high_frequencies(shape[2], shape[3]);
  std::vector<double> shares;
  const real* coefficient = spectrum.data();
  for (Index n = 0; n < N; ++n) {
    double high = 0, all = 0;
    for (Index c = 0; c < C; ++c)
      for (const bool counts : is_high) {
        const double energy = static_cast<double>(*coefficient) * *coefficient;
        all += energy;
        if (counts) high += energy;
        ++coefficient;
      }
    shares.push_back(all > 0 ? high / all : 0);
  }
  return shares;
}

std::vector<Score> score(const nn::Model& model, const nn::Model& judge, const Tensor& images,
                         const std::vector<Index>& classes) {
  const NoGrad no_grad;
  const Tensor judged = logits_of(judge, images);
  const Tensor own = gather(model.probabilities(logits_of(model, images)), 1, classes);
  const Tensor other = gather(judge.probabilities(judged), 1, classes);
  const std::vector<Index> named = argmax(judged, 1);
  const std::vector<Index> named_rounded = argmax(logits_of(judge, rounded_to_8_bits(images)), 1);
  const std::vector<double> stability = shift_stability(judge, images, classes);
  const std::vector<double> variation = mean_variation(images);
  const std::vector<double> high_frequency = high_frequency_share(images);
  std::vector<Score> scores;
  for (std::size_t n = 0; n < classes.size(); ++n) {
    scores.push_back({.label = classes[n],
                      .own_probability = own.data()[n],
                      .judge_probability = other.data()[n],
                      .judge_class = named[n],
                      .stable_under_shift = stability[n],
                      .same_after_8_bits = named_rounded[n] == classes[n],
                      .total_variation = variation[n],
                      .high_frequency = high_frequency[n]});
  }
  return scores;
}

}  // namespace glass::viz
