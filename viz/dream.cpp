#include "viz/dream.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include "autograd/node.hpp"
#include "viz/finite.hpp"
#include "viz/pictures/image.hpp"
#include "viz/saliency.hpp"

namespace glass::viz {

namespace {

Size2 size_of(const Tensor& picture) { return {picture.shape()[2], picture.shape()[3]}; }

struct Corner {
  Index y, x;
};

/// Of as few windows as cover the picture, evenly.
std::vector<Corner> corners(Size2 picture, Size2 window) {
  const auto along = [](Index length, Index side) {
    const Index count = (length + side - 1) / side;
    std::vector<Index> begins;
    for (Index i = 0; i < count; ++i) begins.push_back(i * length / count);
    return begins;
  };
  std::vector<Corner> all;
  for (const Index y : along(picture.h, window.h))
    for (const Index x : along(picture.w, window.w)) all.push_back({y, x});
  return all;
}

/// Calls f(offset into the picture, offset into the windows) for each pixel of the windows
/// [n,C,h,w]. What leaves the picture comes in on the other side.
template <class F>
void for_each_pixel(const Tensor& picture, const Tensor& windows, std::span<const Corner> where,
                    Corner moved, F f) {
  const Index C = picture.shape()[1], H = picture.shape()[2], W = picture.shape()[3];
  const Index h = windows.shape()[2], w = windows.shape()[3];
  Index in_window = 0;
  for (const Corner& corner : where)
    for (Index c = 0; c < C; ++c)
      for (Index i = 0; i < h; ++i) {
        const Index row = (c * H + (corner.y + moved.y + i) % H) * W;
        for (Index j = 0; j < w; ++j) f(row + (corner.x + moved.x + j) % W, in_window++);
      }
}

/// Windows of a picture, so many at once.
class Windows {
 public:
  Windows(const nn::Model& model, Size2 picture)
      : side_{model.input_shape[1], model.input_shape[2]}, corners_(corners(picture, side_)) {}

  Index count() const { return static_cast<Index>(corners_.size()); }

  /// Calls f(windows[n,C,h,w], their corners) until all windows had their turn.
  template <class F>
  void for_each_batch(const Tensor& picture, Corner moved, F f) const {
    const auto at_once = static_cast<std::size_t>(windows_at_once(side_));
    for (std::size_t begin = 0; begin < corners_.size(); begin += at_once) {
      const std::span<const Corner> where =
          std::span(corners_).subspan(begin, std::min(at_once, corners_.size() - begin));
      const Tensor seen =
          Tensor::empty({static_cast<Index>(where.size()), picture.shape()[1], side_.h, side_.w});
      const real* from = picture.data();
      real* to = seen.mutable_data();
      for_each_pixel(picture, seen, where, moved,
                     [&](Index pixel, Index in_window) { to[in_window] = from[pixel]; });
      f(seen, where);
    }
  }

 private:
  Size2 side_;
  std::vector<Corner> corners_;
};

/// The mean of the objective over the windows.
double value_of(const nn::Model& model, const Objective& objective, const Tensor& picture) {
  const NoGrad no_grad;
  const Windows windows(model, size_of(picture));
  double total = 0;
  windows.for_each_batch(picture, {0, 0}, [&](const Tensor& seen, auto) {
    total += sum(objective(model, seen)).item();
    if (!std::isfinite(total)) refuse_not_finite(model, [&] { objective(model, seen); });
  });
  return total / static_cast<double>(windows.count());
}

/// df/dx
Tensor gradient_of(nn::Model& model, const Objective& objective, const Tensor& picture,
                   const Windows& windows, Corner moved) {
  const Tensor sum = Tensor::zeros(picture.shape());
  real* to = sum.mutable_data();
  windows.for_each_batch(picture, moved, [&](const Tensor& seen, auto where) {
    const Tensor gradient = saliency(model, objective, seen);
    const real* from = gradient.data();
    for_each_pixel(picture, seen, where, moved,
                   [&](Index pixel, Index in_window) { to[pixel] += from[in_window]; });
  });
  return sum;
}

/// Along which the picture moves, see the header: g, without its length.
Tensor direction(const Tensor& gradient, const Tensor& change, Index windows,
                 const Regulariser& regulariser) {
  const auto n = static_cast<double>(windows);
  const Tensor d = change.clone().requires_grad(true);
  const Tensor penalty =
      regulariser(d, std::vector<double>(static_cast<std::size_t>(d.shape()[1])));
  if (penalty.requires_grad()) penalty.backward();
  const NoGrad no_grad;
  const double norm = norms(gradient).front();
  const Tensor climb = gradient * (norm > 0 ? std::sqrt(n) / norm : 0);
  return d.has_grad() ? climb - n * d.grad() : climb;
}

/// [0, 1]
Tensor clipped(Tensor x) {
  for (real& pixel : x.mutable_values()) pixel = std::clamp(pixel, real(0), real(1));
  return x;
}

double mean_magnitude(const Tensor& x) {
  double total = 0;
  for (const real v : x.values()) total += std::abs(static_cast<double>(v));
  return total / static_cast<double>(x.size());
}

}  // namespace

std::vector<Size2> octave_sizes(Size2 picture, const DreamOptions& options) {
  std::vector<Size2> sizes;
  for (int smaller = options.octaves - 1; smaller >= 0; --smaller) {
    const double scale = std::pow(options.octave_scale, smaller);
    const auto side = [&](Index whole) {
      return std::max<Index>(1, std::lround(static_cast<double>(whole) / scale));
    };
    sizes.push_back({side(picture.h), side(picture.w)});
  }
  return sizes;
}

int most_octaves(Size2 picture, Size2 window, double octave_scale) {
  const auto fills = [&](int octaves) {
    const Size2 smallest =
        octave_sizes(picture, {.octaves = octaves, .octave_scale = octave_scale}).front();
    return smallest.h >= window.h && smallest.w >= window.w;
  };
  int octaves = 1;
  while (octaves < 100 && fills(octaves + 1)) ++octaves;
  return octaves;
}

Index windows_at_once(Size2 window) {
  constexpr Index pixels = 64 * 32 * 32;
  return std::max<Index>(1, pixels / (window.h * window.w));
}

Dream dream(nn::Model& model, const Objective& objective, const Tensor& picture,
            const DreamOptions& options, const std::function<bool(const DreamStep&)>& on_step) {
  require(options.octaves >= 1 && options.octave_scale > 1,
          "dream: expects octaves, each larger than the one before, got ", options.octaves,
          " with a scale of ", options.octave_scale);
  require(objective.pictures() == 1, "dream: expects an objective of one picture, got ",
          objective.pictures());
  const Size2 window{model.input_shape[1], model.input_shape[2]};
  const std::vector<Size2> sizes = octave_sizes(size_of(picture), options);
  require(sizes.front().h >= window.h && sizes.front().w >= window.w,
          "dream: expects octaves of at least ", window, ", what the network sees, got ",
          sizes.front());
  Rng rng(options.seed);
  const auto jitter = [&](Index side) {
    const Index move = rng.below(2 * options.jitter + 1) - options.jitter;
    return (move % side + side) % side;
  };
  const auto pixels = [](Size2 size) { return static_cast<double>(size.h * size.w); };
  double done = 0, all = 0;
  for (const Size2 size : sizes) all += options.steps * pixels(size);

  model.eval();
  Dream result;
  result.objective_before = value_of(model, objective, picture);
  Tensor plain = picture, x = picture;
  bool more = true;
  for (int octave = 1; octave <= options.octaves; ++octave) {
    const Size2 size = sizes[static_cast<std::size_t>(octave - 1)];
    const Tensor change = resize(x - plain, size);
    plain = clipped(resize(picture, size));  // which may leave [0, 1] at sharp edges
    x = clipped(plain + change);
    const Windows windows(model, size);
    for (int step = 0; more && step < options.steps; ++step) {
      const Corner moved{jitter(size.h), jitter(size.w)};
      const Tensor gradient = gradient_of(model, objective, x, windows, moved);
      const Tensor g = direction(gradient, x - plain, windows.count(), options.regulariser);
      if (const double length = mean_magnitude(g); length > 0) {
        result.reached = true;
        x = clipped(x + options.lr / length * g);
      }
      ++result.steps;
      done += pixels(size);
      more = !on_step || on_step({.step = result.steps,
                                  .steps = options.steps * options.octaves,
                                  .octave = octave,
                                  .size = size,
                                  .share = done / all});
    }
  }
  result.picture = x;
  result.objective_after = value_of(model, objective, x);
  return result;
}

}  // namespace glass::viz
