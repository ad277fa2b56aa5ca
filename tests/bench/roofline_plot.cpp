#include "roofline_plot.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numbers>
#include <sstream>

namespace glass::bench {

namespace {

std::string number_text(double value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

class Plot {
 public:
  explicit Plot(const Machine& machine) : machine_(machine) {
    svg_ << "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 960 620\" "
            "font-family=\"sans-serif\" font-size=\"13\">\n"
            "<title>Roofline: the speed of each kernel against its arithmetic intensity</title>\n"
            "<desc>Both axes are logarithmic. A slope, what memory allows, meets a flat line, what "
            "the processor can at most. Numbered points are kernels; a list gives their names and "
            "speeds.</desc>\n"
            "<rect width=\"960\" height=\"620\" fill=\"white\"/>\n";
    axes();
    roof();
  }

  void add(const Measurement& p, int number) {
    const Place point{x(p.intensity), y(p.gflops)}, place = free_place(point);
    const auto [u, v] = place;
    line(point.u, point.v, u, v, "stroke=\"#2b6cb0\"");
    points_ << "<circle cx=\"" << u << "\" cy=\"" << v << "\" r=\"9\" fill=\"#2b6cb0\"/>\n"
            << "<text x=\"" << u << "\" y=\"" << v + 4
            << "\" fill=\"white\" font-size=\"11\" text-anchor=\"middle\">" << number
            << "</text>\n";
    char speed[32];
    std::snprintf(speed, sizeof speed, "%.1f", p.gflops);
    label(660, 40 + 22 * number, std::to_string(number) + "  " + p.name);
    svg_ << "<text x=\"950\" y=\"" << 40 + 22 * number << "\" text-anchor=\"end\">" << speed
         << "</text>\n";
  }

  std::string finish() {
    label(660, 40, "GFLOP/s of each kernel");
    return svg_.str() + points_.str() + "</svg>\n";
  }

 private:
  static constexpr double left = 70, right = 630, top = 30, bottom = 560;
  static constexpr double min_x = 0.05, max_x = 500, min_y = 0.5, max_y = 1000;

  static double scale(double value, double low, double high) {
    return std::log(value / low) / std::log(high / low);
  }
  static double x(double intensity) {
    return left + (right - left) * scale(intensity, min_x, max_x);
  }
  static double y(double gflops) { return bottom - (bottom - top) * scale(gflops, min_y, max_y); }

  struct Place {
    double u, v;
  };

  /// Where a number hides no earlier one: at its point, or else on the narrowest ring around it.
  Place free_place(Place point) {
    constexpr double diameter = 19;
    constexpr int directions = 8;
    for (double radius = 0;; radius += diameter + 1) {
      for (int k = 0; k < directions; ++k) {
        const double angle = 2 * std::numbers::pi * k / directions;
        const Place place{point.u + radius * std::cos(angle), point.v - radius * std::sin(angle)};
        if (std::ranges::any_of(numbers_, [&](const Place& other) {
              return std::hypot(place.u - other.u, place.v - other.v) < diameter;
            }))
          continue;
        numbers_.push_back(place);
        return place;
      }
    }
  }

  void label(double u, double v, const std::string& words) {
    svg_ << "<text x=\"" << u << "\" y=\"" << v << "\">" << words << "</text>\n";
  }

  void line(double u1, double v1, double u2, double v2, const char* style) {
    svg_ << "<line x1=\"" << u1 << "\" y1=\"" << v1 << "\" x2=\"" << u2 << "\" y2=\"" << v2 << "\" "
         << style << "/>\n";
  }

  void axes() {
    constexpr const char* grid = "stroke=\"#dddddd\"";
    for (const double tick : {0.1, 1.0, 10.0, 100.0}) {
      line(x(tick), top, x(tick), bottom, grid);
      label(x(tick) - 8, bottom + 20, number_text(tick));
    }
    for (const double tick : {1.0, 10.0, 100.0, 1000.0}) {
      line(left, y(tick), right, y(tick), grid);
      label(left - 38, y(tick) + 4, number_text(tick));
    }
    label(200, bottom + 44, "arithmetic intensity: FLOP per byte moved");
    svg_ << "<text transform=\"translate(18,360) rotate(-90)\">attained GFLOP/s</text>\n";
  }

  void roof() {
    constexpr const char* style = "stroke=\"#c05621\" stroke-width=\"2\"";
    const auto [peak, bandwidth] = machine_;
    const double ridge = peak / bandwidth;
    line(x(min_y / bandwidth > min_x ? min_y / bandwidth : min_x),
         y(std::max(min_y, min_x * bandwidth)), x(ridge), y(peak), style);
    line(x(ridge), y(peak), right, y(peak), style);
    char words[64];
    std::snprintf(words, sizeof words, "peak %.0f GFLOP/s", peak);
    label(x(ridge) - 130, y(peak) - 8, words);
    std::snprintf(words, sizeof words, "memory %.0f GB/s", bandwidth);
    label(x(0.2) + 14, y(0.2 * bandwidth) + 14, words);
  }

  Machine machine_;
  std::vector<Place> numbers_;
  std::ostringstream svg_, points_;  // the points are drawn over all lines
};

}  // namespace

std::string roofline_svg(const Machine& machine, const std::vector<Measurement>& kernels) {
  Plot plot(machine);
  int number = 0;
  for (const Measurement& kernel : kernels) plot.add(kernel, ++number);
  return plot.finish();
}

}  // namespace glass::bench
