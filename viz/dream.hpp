#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "autograd/geometry.hpp"
#include "viz/objective.hpp"
#include "viz/regulariser.hpp"

namespace glass::viz {

/// How a picture is dreamt on.
struct DreamOptions {
  int octaves = 4;            ///< sizes, from small to the picture's own
  double octave_scale = 1.4;  ///< how many times as large each is as the one before; above 1
  int steps = 4;              ///< in each octave
  double lr = 0.01;           ///< how far a step moves the pixels, their mean; pixels are in [0, 1]
  int jitter = 16;            ///< the windows move by up to so many pixels from step to step
  Regulariser regulariser = {.tv = 0.3};  ///< of the change, not of the picture
  std::uint64_t seed = 0;                 ///< of the jitter
};

/// The sizes of a picture's octaves, the smallest first and its own last. A size is rounded, and no side
/// is less than 1 pixel.
std::vector<Size2> octave_sizes(Size2 picture, const DreamOptions& options);
/// The most octaves of a picture of which the smallest still fills a window, at least 1.
int most_octaves(Size2 picture, Size2 window, double octave_scale);

/// One step.
struct DreamStep {
  int step, steps;  ///< done so far, and planned, of all octaves
  int octave;       ///< from 1
  Size2 size;       ///< of the octave
  double share;     ///< of all the work that is done, by pixels
};

/// What `dream` made.
struct Dream {
  Tensor picture;  ///< [1,C,H,W] in [0, 1], as large as the one it began with
  double objective_before = 0, objective_after = 0;  ///< means over the windows, not moved
  int steps = 0;         ///< done; fewer than planned if `on_step` said stop
  bool reached = false;  ///< a gradient came through to the picture in one of the steps
};

/// DeepDream (Mordvintsev, Olah and Tyka 2015): shows a picture of any size to a network and changes it
/// to more of what the network answers to, the large shapes first. In each octave, a size of the
/// picture p, it climbs from what was found in the one before, enlarged, so that what shrinking
/// loses of p itself is always there:
///
///     x_1 = p_1     x_o = p_o + enlarged(x_(o-1) - p_(o-1))      p_o: p, shrunk to octave o
///     x <- clip(x + lr g / mean|g|)
///     g = df/dx / (|df/dx| / sqrt n) - n dR(x - p_o)/dx
///
/// The network looks through windows of its own size `model.input_shape`: f is the sum of the objective
/// over n of them, which cover the picture evenly and are moved together by up to `jitter` pixels, as if
/// its opposite edges met. So it may be of a fixed size, any objective will do, and memory hardly grows
/// with the picture. The gradient is normalised, so that a step has the same length in each octave
/// and with every network, and a regulariser's weight means what it means to `maximise`.
///
/// picture[1,C,H,W] in [0, 1], at least as large as a window in each octave. `on_step` may return false
/// to stop early: then what was found is enlarged at once. Throws Error if an octave is smaller than a
/// window, or the objective is of several pictures; FileError as `saliency` does.
Dream dream(nn::Model& model, const Objective& objective, const Tensor& picture,
            const DreamOptions& options, const std::function<bool(const DreamStep&)>& on_step = {});

/// How many windows `dream` looks through at once: what its memory depends on.
Index windows_at_once(Size2 window);

}  // namespace glass::viz
