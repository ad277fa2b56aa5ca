#include "viz/pictures/plane.hpp"

#include <algorithm>
#include <deque>
#include <functional>

namespace glass::viz {

namespace {

/// For each of `length` numbers that lie `step` apart, the first by `before` within `radius` of it: a
/// queue holds those that can still come to be one (Lemire 2006).
template <class Before>
void running(const float* x, float* y, Index length, Index step, Index radius, Before before) {
  std::deque<Index> queue;
  for (Index i = 0; i < length + radius; ++i) {
    if (i < length) {
      while (!queue.empty() && !before(x[queue.back() * step], x[i * step])) queue.pop_back();
      queue.push_back(i);
    }
    if (i < radius) continue;
    if (queue.front() < i - 2 * radius) queue.pop_front();
    y[(i - radius) * step] = x[queue.front() * step];
  }
}

/// Over a square, which is over rows and then over columns.
template <class Before>
Plane running(const Plane& plane, Index radius, Before before) {
  Plane rows(plane.width, plane.height), both = rows;
  for (Index y = 0; y < plane.height; ++y) {
    running(&plane.values[static_cast<std::size_t>(y * plane.width)], &rows.at(0, y), plane.width,
            1, radius, before);
  }
  for (Index x = 0; x < plane.width; ++x) {
    running(&rows.at(x, 0), &both.at(x, 0), plane.height, plane.width, radius, before);
  }
  return both;
}

}  // namespace

Plane shrunk(const Image& image, Index c, const Box& part, Index most) {
  const Index side = (std::max(part.width(), part.height()) + most - 1) / most;
  Plane plane((part.width() + side - 1) / side, (part.height() + side - 1) / side);
  for (Index y = 0; y < plane.height; ++y)
    for (Index x = 0; x < plane.width; ++x) {
      const Index left = part.left + x * side, right = std::min(left + side, part.right),
                  top = part.top + y * side, bottom = std::min(top + side, part.bottom);
      std::uint64_t sum = 0;
      for (Index row = top; row < bottom; ++row)
        for (Index column = left; column < right; ++column) sum += image.at(column, row, c);
      plane.at(x, y) =
          static_cast<float>(sum) / static_cast<float>(255 * (right - left) * (bottom - top));
    }
  return plane;
}

Plane averaged(const Plane& plane, Index radius) {
  // Sums over the rectangles from the top left corner give the sum over any other.
  const Index stride = plane.width + 1;
  std::vector<double> sums(static_cast<std::size_t>(stride * (plane.height + 1)));
  const auto sum = [&](Index x, Index y) -> double& {
    return sums[static_cast<std::size_t>(y * stride + x)];
  };
  for (Index y = 0; y < plane.height; ++y)
    for (Index x = 0; x < plane.width; ++x) {
      sum(x + 1, y + 1) = plane.at(x, y) + sum(x, y + 1) + sum(x + 1, y) - sum(x, y);
    }
  Plane result(plane.width, plane.height);
  for (Index y = 0; y < plane.height; ++y)
    for (Index x = 0; x < plane.width; ++x) {
      const Index left = std::max<Index>(0, x - radius), top = std::max<Index>(0, y - radius),
                  right = std::min(plane.width, x + radius + 1),
                  bottom = std::min(plane.height, y + radius + 1);
      const double inside =
          sum(right, bottom) - sum(left, bottom) - sum(right, top) + sum(left, top);
      result.at(x, y) =
          static_cast<float>(inside / static_cast<double>((right - left) * (bottom - top)));
    }
  return result;
}

Plane closed(const Plane& plane, Index radius) {
  return running(running(plane, radius, std::greater<>()), radius, std::less<>());
}

std::vector<Patch> patches(const std::vector<bool>& mask, Index width, Index height) {
  std::vector<Patch> all;
  std::vector<bool> open = mask;
  std::vector<std::size_t> waiting;
  for (std::size_t first = 0; first < mask.size(); ++first) {
    if (!open[first]) continue;
    Patch patch{{}, {width, height, 0, 0}};
    waiting = {first};
    open[first] = false;
    while (!waiting.empty()) {
      const std::size_t here = waiting.back();
      waiting.pop_back();
      patch.pixels.push_back(here);
      const Index x = static_cast<Index>(here) % width, y = static_cast<Index>(here) / width;
      patch.box = {std::min(patch.box.left, x), std::min(patch.box.top, y),
                   std::max(patch.box.right, x + 1), std::max(patch.box.bottom, y + 1)};
      for (Index v = std::max<Index>(y - 1, 0); v <= std::min(y + 1, height - 1); ++v)
        for (Index u = std::max<Index>(x - 1, 0); u <= std::min(x + 1, width - 1); ++u) {
          const auto there = static_cast<std::size_t>(v * width + u);
          if (!open[there]) continue;
          open[there] = false;
          waiting.push_back(there);
        }
    }
    all.push_back(std::move(patch));
  }
  return all;
}

}  // namespace glass::viz
