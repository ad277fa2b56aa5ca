#include "viz/pictures/fit.hpp"

#include <algorithm>
#include <cmath>

#include "viz/pictures/ink.hpp"

namespace glass::viz {

namespace {

/// The digit is drawn so many times finer than it is needed.
constexpr Index fineness = 8;
/// Of the longer side; MNIST's are about 3 pixels of 20.
constexpr double usual_stroke = 0.14;

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
      plane.at(x, y) =
          between(ink.contrast, source(x, ink.box.left), source(y, ink.box.top)) >= ink.threshold;
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
  const double found = stroke_width(drawn(ink, scale, 0)), thin = usual_stroke * side,
               thick = 1.5 * thin, wanted = std::clamp(found, thin, thick);
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
  const Index left = place(moment_x, width, digit.width),
              top = place(moment_y, height, digit.height);
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

}  // namespace

bool is_dark_on_light(const Image& picture) {
  double sum = 0;
  for (const std::uint8_t value : picture.pixels) sum += value;
  return sum > 0.4 * 255 * static_cast<double>(picture.pixels.size()) && skewness(picture) < 0;
}

std::optional<Image> fit_digit(const Image& picture, Index width, Index height) {
  const std::optional<Ink> ink = find_ink(picture);
  if (!ink) return {};
  const Index longer = std::max<Index>(1, std::min(width, height) * fineness * 20 / 28);
  return centred(normalised(*ink, longer), width, height);
}

Image fit_photo(const Image& picture, Index width, Index height) {
  // The largest part with the proportions of width x height.
  const Index part_width =
      std::max<Index>(1, std::min(picture.width, picture.height * width / height));
  const Index part_height =
      std::max<Index>(1, std::min(picture.height, picture.width * height / width));
  const Index left = (picture.width - part_width) / 2, top = (picture.height - part_height) / 2;
  Image part(part_width, part_height, picture.channels);
  for (Index y = 0; y < part_height; ++y) {
    std::copy_n(&picture.pixels[static_cast<std::size_t>(((top + y) * picture.width + left) *
                                                         picture.channels)],
                part_width * picture.channels,
                &part.pixels[static_cast<std::size_t>(y * part_width * picture.channels)]);
  }
  return resize(part, width, height);
}

}  // namespace glass::viz
