#include "viz/pictures/chart.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

namespace glass::viz {

namespace {

constexpr Index margin = 12, line_height = 20, gap = 8, smallest_panel = 40;
constexpr Index half_text = capital_height / 2;
/// Between the frame and the extreme values; half the width of a line; the dot of a lone value.
constexpr double padding = 6, line_radius = 1, dot_radius = 3;
/// Of a tick's line: half its height, how long its dashes are, and from one to the next.
constexpr double hair = 0.5, dash = 2, dash_pitch = 5;
constexpr Colour frame = 210, ticks_grey = 150;

struct Point {
  double x, y;
};

/// The inside of a frame, in pixels, and the part of the data that it shows.
struct Panel {
  Index left, top, width, height;
  double low, high;
  Index steps;  ///< on the axis

  bool empty() const { return low > high; }
  double x(std::size_t step) const {
    return padding + static_cast<double>(step) /
                         static_cast<double>(std::max<Index>(steps - 1, 1)) *
                         (static_cast<double>(width) - 2 * padding);
  }
  /// A constant lies in the middle. Divided by the larger end, no difference can overflow.
  double y(double value) const {
    const double unit = std::max(std::abs(low), std::abs(high));
    const double span = high / unit - low / unit;
    const double fraction = span > 0 ? (high / unit - value / unit) / span : 0.5;
    return padding + fraction * (static_cast<double>(height) - 2 * padding);
  }
};

double distance(Point p, Point a, Point b) {
  const double dx = b.x - a.x, dy = b.y - a.y, square = dx * dx + dy * dy;
  const double along = ((p.x - a.x) * dx + (p.y - a.y) * dy) / (square > 0 ? square : 1);
  const double t = std::clamp(along, 0.0, 1.0);
  return std::hypot(p.x - a.x - t * dx, p.y - a.y - t * dy);
}

/// How much of each pixel of a panel a pen has covered.
class Coverage {
 public:
  explicit Coverage(const Panel& panel)
      : width_(panel.width),
        height_(panel.height),
        covered_(static_cast<std::size_t>(width_ * height_)) {}

  void line(Point a, Point b, double radius) {
    const double reach = radius + 1;
    const auto clip = [](double v, Index size) {
      return std::clamp<Index>(static_cast<Index>(v), 0, size);
    };
    const Index right = clip(std::max(a.x, b.x) + reach, width_),
                bottom = clip(std::max(a.y, b.y) + reach, height_);
    for (Index y = clip(std::min(a.y, b.y) - reach, height_); y < bottom; ++y)
      for (Index x = clip(std::min(a.x, b.x) - reach, width_); x < right; ++x) {
        const Point centre{static_cast<double>(x) + 0.5, static_cast<double>(y) + 0.5};
        double& pixel = covered_[static_cast<std::size_t>(y * width_ + x)];
        pixel = std::max(pixel, std::clamp(radius + 0.5 - distance(centre, a, b), 0.0, 1.0));
      }
  }

  void paint(Image& chart, const Panel& panel, Colour colour) const {
    const double* covered = covered_.data();
    for (Index y = 0; y < height_; ++y)
      for (Index x = 0; x < width_; ++x, ++covered)
        for (Index c = 0; c < 3; ++c) {
          std::uint8_t& pixel = chart.at(panel.left + x, panel.top + y, c);
          const double full = colour.rgb[static_cast<std::size_t>(c)];
          pixel = static_cast<std::uint8_t>(std::lround(std::lerp(pixel, full, *covered)));
        }
  }

 private:
  Index width_, height_;
  std::vector<double> covered_;
};

/// With as many digits as it takes to tell the ends of the panel apart, at least three.
std::string number(double value, const Panel& panel) {
  const auto print = [](double v, int digits) {
    std::ostringstream out;
    out.precision(digits);
    out << v;
    return out.str();
  };
  int digits = 3;
  while (panel.low < panel.high && print(panel.low, digits) == print(panel.high, digits)) ++digits;
  return print(value, digits);
}

/// All but its place. Without a finite value or a tick it is empty.
Panel panel_of(const Curve& curve, Index steps) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  Panel panel{0, 0, 0, 0, infinity, -infinity, steps};
  for (const auto& values : {curve.values, curve.ticks})
    for (const double value : values) {
      if (!std::isfinite(value)) continue;
      panel.low = std::min(panel.low, value);
      panel.high = std::max(panel.high, value);
    }
  return panel;
}

/// The numbers at its left.
std::vector<double> numbers_beside(const Panel& panel, const Curve& curve) {
  if (!curve.ticks.empty()) return curve.ticks;
  if (panel.empty()) return {};
  return {panel.low, panel.high};
}

void draw_frame(Image& chart, const Panel& panel) {
  for (Index y = -1; y <= panel.height; ++y)
    for (Index x = -1; x <= panel.width; ++x) {
      const bool edge = y == -1 || y == panel.height || x == -1 || x == panel.width;
      for (Index c = 0; c < 3; ++c)
        chart.at(panel.left + x, panel.top + y, c) =
            edge ? frame.rgb[static_cast<std::size_t>(c)] : std::uint8_t{255};
    }
}

void draw_right_aligned(Image& chart, Index right, Index y, const std::string& line) {
  draw_text(chart, right - text_width(line), y, line, ink);
}

void draw_ticks(Image& chart, const Panel& panel, const Curve& curve) {
  Coverage coverage(panel);
  for (const double tick : curve.ticks) {
    const double y = std::floor(panel.y(tick)) + 0.5;  // the middle of a row: one row, and sharp
    for (double x = 0; x < static_cast<double>(panel.width); x += dash_pitch) {
      coverage.line({x, y}, {x + dash, y}, hair);
    }
  }
  coverage.paint(chart, panel, ticks_grey);
}

void draw_curve(Image& chart, const Panel& panel, const Curve& curve) {
  Coverage coverage(panel);
  const std::vector<double>& values = curve.values;
  const auto drawn = [&](std::size_t i) { return i < values.size() && std::isfinite(values[i]); };
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!drawn(i)) continue;
    const Point here{panel.x(i), panel.y(values[i])};
    if (drawn(i + 1)) {
      coverage.line(here, {panel.x(i + 1), panel.y(values[i + 1])}, line_radius);
    } else if (i == 0 || !drawn(i - 1)) {
      coverage.line(here, here, dot_radius);
    }
    if (i >= curve.margins.size() || std::isnan(curve.margins[i])) continue;
    const auto end = [&](double sign) {
      return std::clamp(values[i] + sign * curve.margins[i], panel.low, panel.high);
    };
    coverage.line({here.x, panel.y(end(-1))}, {here.x, panel.y(end(1))}, line_radius);
  }
  coverage.paint(chart, panel, curve.colour);
}

void draw_panel(Image& chart, const Panel& panel, const Curve& curve) {
  const Index left = std::min(panel.left, chart.width - text_width(curve.label));
  draw_text(chart, left, panel.top - line_height, curve.label, curve.colour);
  draw_frame(chart, panel);
  draw_ticks(chart, panel, curve);
  draw_curve(chart, panel, curve);
  for (const double value : numbers_beside(panel, curve)) {
    const Index y = panel.top + static_cast<Index>(panel.y(value)) - half_text;
    draw_right_aligned(chart, panel.left - gap, y, number(value, panel));
  }
}

void draw_axis(Image& chart, const Panel& lowest, const std::string& x_label) {
  const Index y = lowest.top + lowest.height + gap, right = lowest.left + lowest.width;
  draw_text(chart, lowest.left, y, "0", ink);
  if (lowest.steps > 1) draw_right_aligned(chart, right, y, std::to_string(lowest.steps - 1));
  const Index middle = (lowest.left + right + text_width(x_label)) / 2;
  draw_right_aligned(chart, middle, y, x_label);
}

}  // namespace

Image draw_chart(const std::vector<Curve>& curves, Index width, Index height,
                 const std::string& x_label) {
  require(!curves.empty(), "chart: expects at least one curve, got none");
  const auto count = static_cast<Index>(curves.size());
  std::size_t steps = 0;
  for (const Curve& curve : curves) steps = std::max(steps, curve.values.size());

  std::vector<Panel> panels;
  Index left = margin;
  for (const Curve& curve : curves) {
    const Panel panel = panels.emplace_back(panel_of(curve, static_cast<Index>(steps)));
    for (const double value : numbers_beside(panel, curve))
      left = std::max(left, margin + text_width(number(value, panel)) + gap);
  }
  const Index panel_width = width - left - margin;
  const Index pitch = (height - margin - line_height) / count;
  const Index panel_height = pitch - line_height - gap;
  require(panel_width >= smallest_panel && panel_height >= smallest_panel, "chart: ", count,
          " curves in ", width, "x", height, " pixels leave ", panel_width, "x", panel_height,
          " for each, at least ", smallest_panel, "x", smallest_panel, " are needed");

  Image chart(width, height, 3, paper);
  for (Index i = 0; i < count; ++i) {
    Panel& panel = panels[static_cast<std::size_t>(i)];
    panel.left = left;
    panel.top = margin + i * pitch + line_height;
    panel.width = panel_width;
    panel.height = panel_height;
    draw_panel(chart, panel, curves[static_cast<std::size_t>(i)]);
  }
  draw_axis(chart, panels.back(), x_label);
  return chart;
}

}  // namespace glass::viz
