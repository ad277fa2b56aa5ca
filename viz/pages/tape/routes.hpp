#pragma once

#include <map>
#include <vector>

#include "viz/pages/tape/layout.hpp"

/// Where things stand in the drawing of a tape, and which way the lines between them go. Lengths are
/// in pixels, from the top left corner of a column.
namespace glass::viz {

/// A column from left to right: leaves and lane 0, the same for each branch, the last lane, channels.
inline constexpr double leaf_width = 196, leaf_height = 20, gap = 34, box_width = 200,
                        box_height = 44, lane_gap = 74, pitch = 84, header = 200, footer = 58,
                        margin = 12, main_left = margin + leaf_width + gap,
                        main_centre = main_left + box_width / 2;
inline double row_top(int row) { return header + row * pitch; }
inline double column_height(int rows) { return row_top(rows - 1) + box_height + footer; }

/// The image and its gradient, side by side above lane 0.
inline constexpr double picture = 72, picture_bottom = header - 50,
                        picture_left = main_centre - 6 - picture, gradient_left = main_centre + 6;

struct Point {
  double x, y;
};

/// The lines of one column, around the boxes in their way.
class Routes {
 public:
  /// Of this column of the layout; the entry `image` is drawn as pictures and not as a box.
  Routes(const Trace& trace, const Layout& layout, std::size_t column, std::size_t image);

  /// From what was read, down to the operation that read it.
  std::vector<Point> forward(std::size_t from, const Place& to);
  /// The way back, beside the other.
  std::vector<Point> backward(std::size_t from, const Place& to);

  /// Where something is written beside such a line: in the middle of its longest piece that goes up or
  /// down, if no other line is there.
  std::optional<Point> label(const std::vector<Point>& line, std::size_t from,
                             const Place& to) const;

  /// The left side of a lane's boxes.
  double left(int lane) const { return lefts_[static_cast<std::size_t>(lane)]; }
  double centre(int lane) const { return left(lane) + box_width / 2; }  ///< of them
  double right(int lane) const { return left(lane) + box_width; }       ///< of them
  /// Whether the lane belongs to the network.
  bool of_network(int lane) const { return lane <= branches_; }
  /// Of the whole column.
  double width() const;

 private:
  /// A line between two boxes of one lane that goes around those between them, in a channel right of
  /// the lane: the one with this number is free from the first row to the last.
  struct Detour {
    std::size_t from, to;
    int lane, channel, first_row, last_row;
  };
  static bool meet(const Detour& a, const Detour& b);  ///< both are beside some row of one lane
  void find_detours(const Trace& trace);
  void place_lanes(const Trace& trace);
  std::vector<Point> route(std::size_t from, const Place& to, double beside);
  std::vector<Point> route_from_image(const Place& to, double beside);
  const Place* place_of(std::size_t entry) const;
  const Detour* detour(std::size_t from, std::size_t to) const;
  double channel_of(const Detour& detour) const;
  bool free_between(int lane, int first_row, int last_row) const;
  bool free_across(int row, int first_lane, int last_lane) const;
  double channel(std::size_t from, std::size_t to);

  const std::vector<Place>& places_;
  std::size_t image_;
  int branches_;
  std::vector<double> lefts_;  ///< of each lane
  std::vector<Detour> detours_;
  std::map<std::pair<std::size_t, std::size_t>, double> channels_;  ///< right of all lanes
};

}  // namespace glass::viz
