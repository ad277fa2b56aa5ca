#pragma once

#include <map>
#include <vector>

#include "viz/pages/tape/layout.hpp"

/// Where things stand in the drawing of a tape, and which way the lines between them go. Lengths are
/// in pixels, from the top left corner of a column.
namespace glass::viz {

/// A column from left to right: leaves, lane 0, lane 1, channels.
inline constexpr double leaf_width = 196, leaf_height = 20, gap = 34, box_width = 200,
                        box_height = 44, lane_gap = 74, pitch = 84, header = 200, footer = 58,
                        margin = 12;
inline double lane_left(int lane) {
  return margin + leaf_width + gap + lane * (box_width + lane_gap);
}
inline double lane_centre(int lane) { return lane_left(lane) + box_width / 2; }
inline double row_top(int row) { return header + row * pitch; }
inline double column_height(int rows) { return row_top(rows - 1) + box_height + footer; }

/// The image and its gradient, side by side above lane 0.
inline constexpr double picture = 72, picture_bottom = header - 50;
inline const double picture_left = lane_centre(0) - 6 - picture, gradient_left = lane_centre(0) + 6;

struct Point {
  double x, y;
};

/// The lines of one column, around the boxes in their way.
class Routes {
 public:
  /// The entry `image` is drawn as pictures and not as a box.
  Routes(const std::vector<Place>& places, std::size_t image);

  /// From what was read, down to the operation that read it.
  std::vector<Point> forward(std::size_t from, const Place& to);
  /// The way back, beside the other.
  std::vector<Point> backward(std::size_t from, const Place& to);

  /// Of the whole column.
  double width() const;

 private:
  std::vector<Point> route(std::size_t from, const Place& to, double beside);
  std::vector<Point> route_from_image(const Place& to, double beside);
  bool free_between(int lane, int first_row, int last_row) const;
  double channel(std::size_t from, std::size_t to);

  std::vector<Place> places_;
  std::size_t image_;
  int lanes_ = 1;
  std::map<std::pair<std::size_t, std::size_t>, double> channels_;
};

}  // namespace glass::viz
