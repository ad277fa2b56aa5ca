#include "viz/pages/tape/routes.hpp"

#include <algorithm>
#include <cmath>

namespace glass::viz {

namespace {

/// Half of what lies between a value's line and its gradient's.
constexpr double apart = 6;
/// Where lines between the ways of a network enter and leave a box, above and below its middle.
constexpr double port = 12;
/// The first channel beside a lane, and each further one.
constexpr double first_channel = 18, next_channel = 24, label_width = 44;

}  // namespace

Routes::Routes(const Trace& trace, const Layout& layout, std::size_t column, std::size_t image)
    : places_(layout.columns[column]), image_(image), branches_(layout.branches) {
  find_detours(trace);
  place_lanes(trace);
}

void Routes::find_detours(const Trace& trace) {
  for (const Place& place : places_) {
    for (const Trace::Input& input : trace.entries()[place.entry].inputs) {
      const Place* source = place_of(input.entry);
      const bool is_image = input.entry == image_;
      if (!of_network(place.lane) || (is_image ? place.lane > 0 : !source)) continue;
      if (source && source->lane != place.lane) continue;
      Detour found{input.entry, place.entry, place.lane, 0, source ? source->row : -1, place.row};
      if (free_between(place.lane, found.first_row, found.last_row)) continue;
      const auto is_taken = [&](const Detour& other) {
        return other.channel == found.channel && meet(other, found);
      };
      while (std::ranges::any_of(detours_, is_taken)) ++found.channel;
      detours_.push_back(found);
    }
  }
}

bool Routes::meet(const Detour& a, const Detour& b) {
  return a.lane == b.lane && a.first_row <= b.last_row && b.first_row <= a.last_row;
}

void Routes::place_lanes(const Trace& trace) {
  int lanes = 1;
  for (const Place& place : places_) lanes = std::max(lanes, place.lane + 1);
  lefts_.push_back(main_left);
  for (int lane = 1; lane < lanes; ++lane) {
    double space = lane_gap;  // right of the lane before
    for (const Detour& detour : detours_) {
      if (detour.lane == lane - 1) space = std::max(space, channel_of(detour) + label_width);
    }
    const bool has_leaves =
        of_network(lane) && std::ranges::any_of(places_, [&](const Place& p) {
          return p.lane == lane &&
                 std::ranges::any_of(
                     trace.entries()[p.entry].inputs, [&](const Trace::Input& input) {
                       return trace.entries()[input.entry].is_leaf() && input.entry != image_;
                     });
        });
    lefts_.push_back(right(lane - 1) + space + (has_leaves ? leaf_width + gap : 0));
  }
}

std::vector<Point> Routes::forward(std::size_t from, const Place& to) {
  return route(from, to, -apart);
}

std::vector<Point> Routes::backward(std::size_t from, const Place& to) {
  std::vector<Point> points = route(from, to, apart);
  std::ranges::reverse(points);
  return points;
}

std::optional<Point> Routes::label(const std::vector<Point>& line, std::size_t from,
                                   const Place& to) const {
  const Place* source = place_of(from);
  const bool in_network = of_network(to.lane) && source && of_network(source->lane);
  if (line.size() > 2 && !in_network) return {};
  const Detour* own = detour(from, to.entry);
  const auto is_outside = [&](const Detour& other) {
    return own && other.channel > own->channel && meet(other, *own);
  };
  if (std::ranges::any_of(detours_, is_outside)) return {};
  const auto height = [&](std::size_t i) { return std::abs(line[i].y - line[i - 1].y); };
  std::size_t longest = 1;
  for (std::size_t i = 2; i < line.size(); ++i) {
    if (height(i) > height(longest)) longest = i;
  }
  const Point &a = line[longest - 1], &b = line[longest];
  return Point{(a.x + b.x) / 2 + 8, (a.y + b.y) / 2 + 5};
}

double Routes::width() const {
  const int last = static_cast<int>(lefts_.size()) - 1;
  double space = last > 0 ? lane_gap : lane_gap + 10;
  for (const Detour& detour : detours_) {
    if (detour.lane == last) space = std::max(space, channel_of(detour) + label_width);
  }
  return right(last) + space;
}

/// Beside the middle of the boxes straight down. To a branch, sideways and down in its lane. Else from
/// the right into the box, after going down in the source's own lane or, if boxes are in the way there
/// too, in a channel.
std::vector<Point> Routes::route(std::size_t from, const Place& to, double beside) {
  if (from == image_) return route_from_image(to, beside);
  const Place& source = *place_of(from);
  const bool in_network = of_network(source.lane) && of_network(to.lane);
  const double x = centre(source.lane) + beside, bottom = row_top(source.row) + box_height,
               source_y = row_top(source.row) + box_height / 2 - beside + (in_network ? port : 0),
               y = row_top(to.row) + box_height / 2 + beside - (in_network ? port : 0);
  if (source.lane == to.lane && free_between(to.lane, source.row, to.row)) {
    return {{x, bottom}, {x, row_top(to.row)}};
  }
  if (source.lane > to.lane && free_between(source.lane, source.row, to.row + 1) &&
      free_across(to.row, to.lane, source.lane)) {
    return {{x, bottom}, {x, y}, {right(to.lane), y}};
  }
  if (in_network && source.lane < to.lane && free_between(to.lane, source.row - 1, to.row) &&
      free_across(source.row, source.lane, to.lane)) {
    const double down = centre(to.lane) + beside;
    return {{right(source.lane), source_y}, {down, source_y}, {down, row_top(to.row)}};
  }
  const Detour* near = detour(from, to.entry);
  const double around =
      near ? right(to.lane) + channel_of(*near) + beside : channel(from, to.entry) + beside;
  return {{right(source.lane), source_y}, {around, source_y}, {around, y}, {right(to.lane), y}};
}

/// Straight down; or along a branch under the pictures, which values take from the image and
/// gradients take to the gradient's picture.
std::vector<Point> Routes::route_from_image(const Place& to, double beside) {
  const bool back = beside > 0, open = free_between(to.lane, -1, to.row);
  const double x = centre(to.lane) + beside, start = main_centre + (back ? 52 : beside),
               branch = picture_bottom + (back ? 22 : 36);
  if (to.lane == 0 && open) return {{x, picture_bottom}, {x, row_top(to.row)}};
  if (open) return {{start, picture_bottom}, {start, branch}, {x, branch}, {x, row_top(to.row)}};
  const Detour* near = detour(image_, to.entry);
  const double around =
      near ? right(to.lane) + channel_of(*near) + beside : channel(image_, to.entry) + beside;
  const double y = row_top(to.row) + box_height / 2 + beside - (near ? port : 0);
  return {
      {start, picture_bottom}, {start, branch}, {around, branch}, {around, y}, {right(to.lane), y}};
}

const Place* Routes::place_of(std::size_t entry) const {
  const auto found = std::ranges::find(places_, entry, &Place::entry);
  return found == places_.end() ? nullptr : &*found;
}

const Routes::Detour* Routes::detour(std::size_t from, std::size_t to) const {
  const auto found = std::ranges::find_if(
      detours_, [&](const Detour& each) { return each.from == from && each.to == to; });
  return found == detours_.end() ? nullptr : &*found;
}

double Routes::channel_of(const Detour& detour) const {
  return first_channel + next_channel * detour.channel;
}

bool Routes::free_between(int lane, int first_row, int last_row) const {
  return std::ranges::none_of(places_, [&](const Place& place) {
    return place.lane == lane && place.row > first_row && place.row < last_row;
  });
}

bool Routes::free_across(int row, int first_lane, int last_lane) const {
  return std::ranges::none_of(places_, [&](const Place& place) {
    return place.row == row && place.lane > first_lane && place.lane < last_lane;
  });
}

/// Each other edge that must go around boxes has a channel of its own.
double Routes::channel(std::size_t from, std::size_t to) {
  const double next = right(static_cast<int>(lefts_.size()) - 1) + first_channel +
                      next_channel * static_cast<double>(channels_.size());
  return channels_.try_emplace({from, to}, next).first->second;
}

}  // namespace glass::viz
