#include "viz/pages/tape/routes.hpp"

#include <algorithm>

namespace glass::viz {

namespace {

/// Half of what lies between a value's line and its gradient's.
constexpr double apart = 6;

}  // namespace

Routes::Routes(const std::vector<Place>& places, std::size_t image)
    : places_(places), image_(image) {
  for (const Place& place : places) lanes_ = std::max(lanes_, place.lane + 1);
}

std::vector<Point> Routes::forward(std::size_t from, const Place& to) {
  return route(from, to, -apart);
}

std::vector<Point> Routes::backward(std::size_t from, const Place& to) {
  std::vector<Point> points = route(from, to, apart);
  std::ranges::reverse(points);
  return points;
}

double Routes::width() const {
  return lane_left(lanes_ - 1) + box_width + lane_gap + (lanes_ > 1 ? 0 : 10);
}

/// `beside` the middle of the boxes: straight down, or from the right into the box, after going down
/// in the source's own lane or, if boxes are in the way there too, in a channel right of all lanes.
std::vector<Point> Routes::route(std::size_t from, const Place& to, double beside) {
  if (from == image_) return route_from_image(to, beside);
  const Place& source = *std::ranges::find(places_, from, &Place::entry);
  const double x = lane_centre(source.lane) + beside, bottom = row_top(source.row) + box_height,
               source_right = lane_left(source.lane) + box_width,
               source_y = row_top(source.row) + box_height / 2 - beside,
               right = lane_left(to.lane) + box_width,
               y = row_top(to.row) + box_height / 2 + beside;
  if (source.lane == to.lane && free_between(to.lane, source.row, to.row)) {
    return {{x, bottom}, {x, row_top(to.row)}};
  }
  if (source.lane > to.lane && free_between(source.lane, source.row, to.row + 1)) {
    return {{x, bottom}, {x, y}, {right, y}};
  }
  const double around = channel(from, to.entry) + beside;
  return {{source_right, source_y}, {around, source_y}, {around, y}, {right, y}};
}

/// Straight down; or along a branch under the pictures, which values take from the image and
/// gradients take to the gradient's picture.
std::vector<Point> Routes::route_from_image(const Place& to, double beside) {
  const bool back = beside > 0, open = free_between(to.lane, -1, to.row);
  const double x = lane_centre(to.lane) + beside, start = lane_centre(0) + (back ? 52 : beside),
               branch = picture_bottom + (back ? 22 : 36);
  if (to.lane == 0 && open) return {{x, picture_bottom}, {x, row_top(to.row)}};
  if (open) return {{start, picture_bottom}, {start, branch}, {x, branch}, {x, row_top(to.row)}};
  const double around = channel(image_, to.entry) + beside,
               y = row_top(to.row) + box_height / 2 + beside;
  return {{start, picture_bottom},
          {start, branch},
          {around, branch},
          {around, y},
          {lane_left(to.lane) + box_width, y}};
}

bool Routes::free_between(int lane, int first_row, int last_row) const {
  return std::ranges::none_of(places_, [&](const Place& place) {
    return place.lane == lane && place.row > first_row && place.row < last_row;
  });
}

/// Each edge that must go around boxes has a channel of its own.
double Routes::channel(std::size_t from, std::size_t to) {
  const double next =
      lane_left(lanes_ - 1) + box_width + 18 + 24.0 * static_cast<double>(channels_.size());
  return channels_.try_emplace({from, to}, next).first->second;
}

}  // namespace glass::viz
