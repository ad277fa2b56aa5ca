#include "viz/fit.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "viz/plane.hpp"

namespace glass::inline GLASS_PRECISION::viz {

namespace {

/// More pixels a side say nothing about a digit.
constexpr Index working_side = 480;
/// Ink of less contrast is the paper's own structure.
constexpr float faintest = 0.08f;
/// The digit is drawn so many times finer than it is needed.
constexpr Index fineness = 8;
/// Of what MNIST's longer side is: 3 pixels of 20.
constexpr double usual_stroke = 0.14;

Box whole(const Image& picture) { return {0, 0, picture.width, picture.height}; }

/// What is left when the light has gone has a longer tail where the ink is, which is rarer than paper:
/// the sum of the cubes is negative for dark ink, positive for light ink.
double skewness(const Plane& plane) {
  const Index reach = std::max<Index>(2, std::max(plane.width, plane.height) / 6);
  // Sums over all rectangles from the top left corner give the sum over any other.
  const Index stride = plane.width + 1;
  std::vector<double> sums(static_cast<std::size_t>(stride * (plane.height + 1)));
  for (Index y = 0; y < plane.height; ++y)
    for (Index x = 0; x < plane.width; ++x) {
      double* at = &sums[static_cast<std::size_t>((y + 1) * stride + x + 1)];
      *at = static_cast<double>(plane.at(x, y)) + at[-1] + at[-stride] - at[-stride - 1];
    }
  const auto sum_to = [&](Index x, Index y) {
    return sums[static_cast<std::size_t>(y * stride + x)];
  };
  double cubes = 0;
  for (Index y = 0; y < plane.height; ++y)
    for (Index x = 0; x < plane.width; ++x) {
      const Index left = std::max<Index>(0, x - reach), right = std::min(plane.width, x + reach + 1),
                  top = std::max<Index>(0, y - reach),
                  bottom = std::min(plane.height, y + reach + 1);
      const double around = (sum_to(right, bottom) - sum_to(left, bottom) - sum_to(right, top) +
                             sum_to(left, top)) /
                            static_cast<double>((right - left) * (bottom - top));
      const double deviation = plane.at(x, y) - around;
      cubes += deviation * deviation * deviation;
    }
  return cubes;
}

double skewness(const Image& picture) {
  double cubes = 0;
  for (Index c = 0; c < picture.channels; ++c) {
    cubes += skewness(softened(shrunk(picture, c, whole(picture), working_side)));
  }
  return cubes;
}

/// Of a part of a picture, how dark each pixel is beside the paper around it: 0 as the paper, 1 black.
/// Of its colours, the one that shows the most.
Plane contrast(const Image& picture, const Box& part, bool light_on_dark) {
  Plane most;
  for (Index c = 0; c < picture.channels; ++c) {
    Plane plane = softened(shrunk(picture, c, part, working_side));
    if (light_on_dark) {
      for (float& v : plane.values) v = 1 - v;
    }
    const Plane paper = closed(plane, std::max<Index>(2, std::max(plane.width, plane.height) / 8));
    for (std::size_t i = 0; i < plane.values.size(); ++i) {
      plane.values[i] = 1 - (plane.values[i] + 0.02f) / (paper.values[i] + 0.02f);
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

/// Nothing but the digit: how much each pixel is ink, and from where on it is.
struct Ink {
  Plane contrast;
  float threshold;
  Box box;  ///< around all of it
};

std::optional<Ink> find_ink(const Image& picture, const Box& part, bool light_on_dark) {
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

/// Between the centres of four pixels; beyond the edges there is no ink.
float between(const Plane& plane, double x, double y) {
  const auto value = [&](Index u, Index v) {
    return u >= 0 && v >= 0 && u < plane.width && v < plane.height ? plane.at(u, v) : 0.f;
  };
  const double left = std::floor(x), top = std::floor(y);
  const auto u = static_cast<Index>(left), v = static_cast<Index>(top);
  const auto a = static_cast<float>(x - left), b = static_cast<float>(y - top);
  return (1 - b) * ((1 - a) * value(u, v) + a * value(u + 1, v)) +
         b * ((1 - a) * value(u, v + 1) + a * value(u + 1, v + 1));
}

/// The ink, 0 or 1, enlarged by `scale`, with `margin` pixels around it.
Plane drawn(const Ink& ink, double scale, Index margin) {
  const auto enlarged = [&](Index size) {
    return std::max<Index>(1, std::lround(scale * static_cast<double>(size)));
  };
  Plane plane(enlarged(ink.box.width()) + 2 * margin, enlarged(ink.box.height()) + 2 * margin);
  const auto source = [&](Index at, Index first) {
    return (static_cast<double>(at - margin) + 0.5) / scale + static_cast<double>(first) - 0.5;
  };
  for (Index y = 0; y < plane.height; ++y)
    for (Index x = 0; x < plane.width; ++x) {
      plane.at(x, y) = between(ink.contrast, source(x, ink.box.left), source(y, ink.box.top)) >=
                       ink.threshold;
    }
  return plane;
}

/// A stroke of length l and width w has the area l w and an edge of 2 l. Of an edge in any direction
/// pixels show 4/pi times its length.
double stroke_width(const Plane& plane) {
  double area = 0, edge = 0;
  const auto value = [&](Index x, Index y) {
    return x < 0 || y < 0 || x == plane.width || y == plane.height ? 0.f : plane.at(x, y);
  };
  for (Index y = 0; y <= plane.height; ++y)
    for (Index x = 0; x <= plane.width; ++x) {
      const float here = value(x, y);
      area += here;
      edge += (here != value(x - 1, y)) + (here != value(x, y - 1));
    }
  return edge > 0 ? 2 * area / (edge * 0.7854) : 0;
}

/// Ink wherever there is some within `radius`; if that is negative, wherever there is no paper.
Plane thickened(const Plane& plane, double radius) {
  const float ink = radius > 0;
  const auto reach = static_cast<Index>(std::abs(radius));
  Plane result = plane;
  for (Index y = 0; y < plane.height; ++y)
    for (Index x = 0; x < plane.width; ++x) {
      if (plane.at(x, y) != ink) continue;
      for (Index v = std::max<Index>(0, y - reach); v <= std::min(plane.height - 1, y + reach); ++v)
        for (Index u = std::max<Index>(0, x - reach); u <= std::min(plane.width - 1, x + reach);
             ++u) {
          if (static_cast<double>((u - x) * (u - x) + (v - y) * (v - y)) <= radius * radius) {
            result.at(u, v) = ink;
          }
        }
    }
  return result;
}

/// The digit, `longer` pixels high or wide, with strokes as they are usual.
Plane normalised(const Ink& ink, Index longer) {
  const auto side = static_cast<double>(longer);
  const double scale = side / static_cast<double>(std::max(ink.box.width(), ink.box.height()));
  const double found = stroke_width(drawn(ink, scale, 0)),
               thin = usual_stroke * side, thick = 1.5 * thin,
               wanted = std::clamp(found, thin, thick);
  // So that it has its size when it has grown by half of what is missing, on each side.
  const double before = std::clamp((side - wanted) / (side - found), 0.5, 2.0);
  const double radius = (wanted - before * found) / 2;
  return thickened(drawn(ink, scale * before, static_cast<Index>(std::max(radius, 0.0)) + 1),
                   radius);
}

/// Places the digit with its centre of mass in the middle, as far as it stays inside.
Image centred(const Plane& digit, Index width, Index height) {
  double mass = 0, moment_x = 0, moment_y = 0;
  for (Index y = 0; y < digit.height; ++y)
    for (Index x = 0; x < digit.width; ++x) {
      mass += digit.at(x, y);
      moment_x += digit.at(x, y) * (static_cast<double>(x) + 0.5);
      moment_y += digit.at(x, y) * (static_cast<double>(y) + 0.5);
    }
  const auto place = [&](double moment, Index size, Index digit_size) {
    const Index room = std::max<Index>(0, size * fineness - digit_size);
    const double middle = static_cast<double>(size * fineness) / 2;
    return std::clamp<Index>(std::lround(middle - moment / std::max(mass, 1.0)), 0, room);
  };
  const Index left = place(moment_x, width, digit.width), top = place(moment_y, height, digit.height);
  std::vector<double> sums(static_cast<std::size_t>(width * height));
  for (Index y = 0; y < digit.height; ++y)
    for (Index x = 0; x < digit.width; ++x) {
      const Index column = (left + x) / fineness, row = (top + y) / fineness;
      if (column < width && row < height) {
        sums[static_cast<std::size_t>(row * width + column)] += digit.at(x, y);
      }
    }
  Image image(width, height, 1);
  std::ranges::transform(sums, image.pixels.begin(), [](double sum) {
    return static_cast<std::uint8_t>(std::lround(255 * sum / (fineness * fineness)));
  });
  return image;
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

}  // namespace

bool is_dark_on_light(const Image& picture) {
  double sum = 0;
  for (const std::uint8_t value : picture.pixels) sum += value;
  return sum > 0.4 * 255 * static_cast<double>(picture.pixels.size()) && skewness(picture) < 0;
}

std::optional<Image> fit_digit(const Image& picture, Index width, Index height) {
  const Box part = whole(picture);
  const bool light = skewness(picture) > 0;
  std::optional<Ink> ink = find_ink(picture, part, light);
  if (!ink) return {};
  const Box closer = surroundings(ink->box, part);
  if (closer.width() * 2 < picture.width || closer.height() * 2 < picture.height) {
    if (std::optional<Ink> finer = find_ink(picture, closer, light)) ink = std::move(finer);
  }
  const Index longer = std::max<Index>(1, std::min(width, height) * fineness * 20 / 28);
  return centred(normalised(*ink, longer), width, height);
}

Image fit_photo(const Image& picture, Index width, Index height) {
  // The largest part with the proportions of width x height.
  const Index part_width = std::max<Index>(
      1, std::min(picture.width, picture.height * width / height));
  const Index part_height = std::max<Index>(
      1, std::min(picture.height, picture.width * height / width));
  const Index left = (picture.width - part_width) / 2, top = (picture.height - part_height) / 2;
  Image part(part_width, part_height, picture.channels);
  for (Index y = 0; y < part_height; ++y) {
    std::copy_n(&picture.pixels[static_cast<std::size_t>(
                    ((top + y) * picture.width + left) * picture.channels)],
                part_width * picture.channels,
                &part.pixels[static_cast<std::size_t>(y * part_width * picture.channels)]);
  }
  return resize(part, width, height);
}

}  // namespace glass::inline GLASS_PRECISION::viz
