#include "viz/attack.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

#include "autograd/node.hpp"
#include "docs/exercises/not_implemented.hpp"
#include "viz/scores.hpp"

namespace glass::viz {

namespace {

double length(std::span<const real> v) {
  double squares = 0;
  for (const real value : v) squares += static_cast<double>(value) * value;
  return std::sqrt(squares);
}

/// The direction of unit size along which `gradient` promises most: its signs where every pixel has
/// its own leash, the gradient itself where all share one.
std::vector<real> steepest(std::span<const real> gradient, [[maybe_unused]] const Attack& how) {
  std::vector<real> direction(gradient.begin(), gradient.end());
  // how.norm is "linf" or "l2". A gradient of zeros leads nowhere, and not to NaN.
  throw NotImplemented("Exercise 21: an attack, the steepest direction");
  return direction;
}

/// Pulls the change back to within `eps`.
void project([[maybe_unused]] std::span<real> change, [[maybe_unused]] const Attack& how) {
  throw NotImplemented("Exercise 21: an attack, the projection");
}

/// The largest logit of another class less that of the label. -> [N,1]
Tensor margins(const nn::Model& model, const Tensor& logits, const std::vector<Index>& labels) {
  const Tensor z = model.class_logits(logits);
  const Index N = z.shape()[0], K = z.shape()[1];
  Tensor out_of_reach = Tensor::zeros({N, K});
  for (Index n = 0; n < N; ++n) {
    out_of_reach.mutable_data()[n * K + labels[static_cast<std::size_t>(n)]] =
        std::numeric_limits<real>::max();
  }
  return max(z - out_of_reach, 1, true) - gather(z, 1, labels);
}

}  // namespace

Attack parse_attack(const std::string& words) {
  const std::size_t colon = std::min(words.find(':'), words.size());
  Attack how{.norm = words.substr(0, colon)};
  std::istringstream number(words.substr(std::min(colon + 1, words.size())));
  const bool known = std::ranges::count(attack_norms, how.norm) > 0;
  const bool read = number >> std::noskipws >> how.eps && number.eof();
  if (!known || !read || !(how.eps >= 0 && how.eps <= largest_eps)) {
    throw Error(text("attack '", words,
                     "': expected linf:EPS or l2:EPS, such as l2:0.5, EPS from 0 to ",
                     largest_eps));
  }
  return how;
}

Tensor attack(nn::Model& model, const Tensor& images, const std::vector<Index>& labels,
              const Attack& how, Rng& rng) {
  const bool training = model.training(), trainable = model.requires_grad();
  model.eval();
  model.requires_grad(false);

  const Index N = images.shape()[0], pixels = images.size() / N;
  Tensor x = images.clone().requires_grad(true);
  const auto part = [&](const Tensor& of, Index n) {
    return of.values().subspan(static_cast<std::size_t>(n * pixels),
                               static_cast<std::size_t>(pixels));
  };
  // x = clip(images + project(x - images + size * direction))
  const auto move = [&](Index n, std::span<const real> direction, double size) {
    const auto clean = part(images, n);
    real* image = x.mutable_data() + n * pixels;
    std::vector<real> change(clean.size());
    for (std::size_t i = 0; i < change.size(); ++i) {
      change[i] = image[i] - clean[i] + static_cast<real>(size) * direction[i];
    }
    project(change, how);
    for (std::size_t i = 0; i < change.size(); ++i) {
      image[i] = std::clamp(clean[i] + change[i], real(0), real(1));
    }
  };

  // A start away from the image: at the image itself a network can learn to hide its gradient.
  for (Index n = 0; n < N; ++n) {
    std::vector<real> start(static_cast<std::size_t>(pixels));
    for (real& s : start) s = static_cast<real>(rng.uniform(-1, 1));
    if (how.norm == "l2") start = steepest(start, how);
    move(n, start, how.eps * rng.uniform());
  }
  for (int step = 0; step < how.steps; ++step) {
    x.zero_grad();
    const Tensor logits = model.logits(x);
    const Tensor loss =
        how.margin ? sum(margins(model, logits, labels)) : model.loss(logits, labels);
    // Which way is up, and to whom? part(gradient, n) is what belongs to picture n, and move(n, direction,
    // size) takes it there. An attack has steps of 2.5 eps / steps.
    throw NotImplemented("Exercise 21: an attack, the step");
  }

  model.requires_grad(trainable);
  if (training) model.train();
  return x.detach();
}

double size_of_change(const Attack& how, const Tensor& from, const Tensor& to) {
  const NoGrad no_grad;
  const Tensor change = to - from;
  if (how.norm == "l2") return length(change.values());
  double largest = 0;
  for (const real c : change.values()) largest = std::fmax(largest, std::abs(c));
  return largest;
}

bool succeeds(const nn::Model& model, const Tensor& image, Index label, const Attack& how) {
  return (argmax(logits_of(model, image), 1).front() == label) == how.targeted;
}

Tensor smallest_attack(nn::Model& model, const Tensor& image, Index label, Attack how,
                       std::uint64_t seed) {
  if (succeeds(model, image, label, how)) return image;
  how.margin = true;
  const double farthest = how.eps;
  Tensor best;
  const auto works = [&](double eps) {
    how.eps = eps;
    Rng rng(seed);
    const Tensor found = attack(model, image, {label}, how, rng);
    if (!succeeds(model, found, label, how)) return false;
    const bool smaller =
        !best || size_of_change(how, image, found) < size_of_change(how, image, best);
    if (smaller) best = found;
    return true;
  };
  double too_small = 0, enough = std::min(farthest, how.norm == "linf" ? 1. / 256 : 1. / 32);
  while (!works(enough)) {
    if (enough >= farthest) return {};
    too_small = enough;
    enough = std::min(farthest, 2 * enough);
  }
  for (int halving = 0; halving < 8; ++halving) {
    const double middle = (too_small + enough) / 2;
    (works(middle) ? enough : too_small) = middle;
  }
  return best;
}

}  // namespace glass::viz
