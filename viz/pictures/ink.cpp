#include "viz/pictures/ink.hpp"

#include <algorithm>
#include <array>

namespace glass::viz {

namespace {

/// More pixels a side say nothing about a digit.
constexpr Index working_side = 480;
/// Ink of less contrast is the paper's own structure.
constexpr float faintest = 0.12f;

Box whole(const Image& picture) { return {0, 0, picture.width, picture.height}; }

/// Of what is left when the light has gone.
double skewness(const Plane& plane) {
  const Plane light = averaged(plane, std::max(plane.width, plane.height) / 6 + 1);
  double cubes = 0;
  for (std::size_t i = 0; i < plane.values.size(); ++i) {
    const double deviation = static_cast<double>(plane.values[i]) - light.values[i];
    cubes += deviation * deviation * deviation;
  }
  return cubes;
}

/// Of a part of a picture, how far each pixel is from the paper around it: 0 as the paper, 1 black.
/// Dark ink takes a share of the light away, whatever there is; light ink, on a dark ground, adds some.
/// Of the colours, the one that shows the most.
Plane contrast(const Image& picture, const Box& part, bool light_on_dark) {
  Plane most;
  for (Index c = 0; c < picture.channels; ++c) {
    Plane plane = averaged(shrunk(picture, c, part, working_side), 1);
    if (light_on_dark) {
      for (float& v : plane.values) v = 1 - v;
    }
    const Plane paper = closed(plane, std::max<Index>(2, std::max(plane.width, plane.height) / 8));
    constexpr float black = 0.02f;  // keeps noise in the dark from counting as ink
    for (std::size_t i = 0; i < plane.values.size(); ++i) {
      const float around = paper.values[i], difference = around - plane.values[i];
      plane.values[i] = light_on_dark ? difference : difference / (around + black);
    }
    if (c == 0) {
      most = plane;
    } else {
      std::ranges::transform(most.values, plane.values, most.values.begin(),
                             [](float a, float b) { return std::max(a, b); });
    }
  }
  return most;
}

/// Parts numbers from 0 to 1 so that the variance between the two parts is largest (Otsu 1979).
float otsu(const std::vector<float>& values, float from) {
  constexpr std::size_t levels = 256;
  std::array<double, levels> count{};
  for (const float v : values) {
    if (v > from) count[static_cast<std::size_t>(std::clamp(v, 0.f, 1.f) * (levels - 1))] += 1;
  }
  double all = 0, sum = 0, below = 0, sum_below = 0, widest = -1;
  std::size_t best = 0;
  for (std::size_t i = 0; i < levels; ++i) {
    all += count[i];
    sum += static_cast<double>(i) * count[i];
  }
  for (std::size_t i = 0; i + 1 < levels; ++i) {
    below += count[i];
    sum_below += static_cast<double>(i) * count[i];
    const double above = all - below;
    if (below == 0 || above == 0) continue;
    const double apart = sum_below / below - (sum - sum_below) / above;
    const double between = below * above * apart * apart;
    if (between > widest) {
      widest = between;
      best = i;
    }
  }
  return static_cast<float>(best + 1) / (levels - 1);
}

bool touches_edge(const Box& box, const Plane& plane) {
  return box.left == 0 || box.top == 0 || box.right == plane.width || box.bottom == plane.height;
}

/// Whether a patch is a frame around its middle: near each side of its box it goes along most of it.
bool is_frame(const Patch& patch, Index width) {
  const Box& box = patch.box;
  const Index band = std::max(box.width(), box.height()) / 10;
  std::array<std::vector<bool>, 4> covered;
  for (std::size_t side = 0; side < 4; ++side) {
    covered[side].resize(static_cast<std::size_t>(side < 2 ? box.width() : box.height()));
  }
  for (const std::size_t pixel : patch.pixels) {
    const Index x = static_cast<Index>(pixel) % width, y = static_cast<Index>(pixel) / width;
    const auto column = static_cast<std::size_t>(x - box.left),
               row = static_cast<std::size_t>(y - box.top);
    if (y - box.top <= band) covered[0][column] = true;
    if (box.bottom - 1 - y <= band) covered[1][column] = true;
    if (x - box.left <= band) covered[2][row] = true;
    if (box.right - 1 - x <= band) covered[3][row] = true;
  }
  return std::ranges::all_of(covered, [](const std::vector<bool>& side) {
    return 10 * std::ranges::count(side, true) >= 8 * static_cast<Index>(side.size());
  });
}

/// The patches of ink that make the digit.
std::vector<Patch> strokes(const Plane& contrast, float threshold) {
  std::vector<bool> mask;
  for (const float v : contrast.values) mask.push_back(v >= threshold);
  std::vector<Patch> all = patches(mask, contrast.width, contrast.height);
  // Lines that come in from the edge and frames are left out, unless there is nothing else.
  const auto is_around = [&](const Patch& patch) {
    return touches_edge(patch.box, contrast) || is_frame(patch, contrast.width);
  };
  std::size_t largest = 0, inside = 0;
  for (const Patch& patch : all) {
    largest = std::max(largest, patch.pixels.size());
    if (!is_around(patch)) inside = std::max(inside, patch.pixels.size());
  }
  const bool something_else = inside * 20 > largest;
  const std::size_t least = (something_else ? inside : largest) / 20;
  std::erase_if(all, [&](const Patch& patch) {
    return patch.pixels.size() <= least || (something_else && is_around(patch));
  });
  return all;
}

/// The part of the picture that a box of the plane stands for, with as much again around it.
Box surroundings(const Box& box, const Box& part) {
  const Index longer = std::max(part.width(), part.height());
  const Index side = (longer + working_side - 1) / working_side;
  const Index margin = side * std::max(box.width(), box.height()) / 2 + 1;
  return {std::max(part.left, part.left + box.left * side - margin),
          std::max(part.top, part.top + box.top * side - margin),
          std::min(part.right, part.left + box.right * side + margin),
          std::min(part.bottom, part.top + box.bottom * side + margin)};
}

std::optional<Ink> ink_in(const Image& picture, const Box& part, bool light_on_dark) {
  Ink ink{contrast(picture, part, light_on_dark), 0, {}};
  const float peak = *std::ranges::max_element(ink.contrast.values);
  if (peak < faintest) return {};
  ink.threshold = std::max(otsu(ink.contrast.values, peak / 10), peak / 4);
  std::vector<bool> kept(ink.contrast.values.size());
  Box& box = ink.box = {ink.contrast.width, ink.contrast.height, 0, 0};
  for (const Patch& stroke : strokes(ink.contrast, ink.threshold)) {
    for (const std::size_t pixel : stroke.pixels) kept[pixel] = true;
    box = {std::min(box.left, stroke.box.left), std::min(box.top, stroke.box.top),
           std::max(box.right, stroke.box.right), std::max(box.bottom, stroke.box.bottom)};
  }
  for (std::size_t i = 0; i < kept.size(); ++i) {
    float& value = ink.contrast.values[i];
    if (value >= ink.threshold && !kept[i]) value = 0;
  }
  return ink;
}

}  // namespace

double skewness(const Image& picture) {
  double cubes = 0;
  for (Index c = 0; c < picture.channels; ++c) {
    cubes += skewness(averaged(shrunk(picture, c, whole(picture), working_side), 1));
  }
  return cubes;
}

std::optional<Ink> find_ink(const Image& picture) {
  const Box all = whole(picture);
  const bool light_on_dark = skewness(picture) > 0;
  std::optional<Ink> ink = ink_in(picture, all, light_on_dark);
  if (!ink) return {};
  const Box closer = surroundings(ink->box, all);
  if (closer.width() * 2 < picture.width || closer.height() * 2 < picture.height) {
    if (std::optional<Ink> finer = ink_in(picture, closer, light_on_dark)) return finer;
  }
  return ink;
}

}  // namespace glass::viz
