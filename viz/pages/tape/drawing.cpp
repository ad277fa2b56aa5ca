#include "viz/pages/tape/drawing.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <sstream>

#include "autograd/table.hpp"
#include "viz/pages/page.hpp"
#include "viz/saliency.hpp"

namespace glass::viz {

const char* const drawing_style = R"(
.trace { font: 13px system-ui, sans-serif; fill: #1e1e1e; }
.trace .title { font-size: 17px; font-weight: 600; }
.trace .roles { font-size: 13px; fill: #5f6368; }
.trace .shape, .trace .layer, .trace .norm { font-size: 11.5px; font-family: ui-monospace, monospace; }
.trace .layer { fill: #5f6368; text-anchor: end; }
.trace .name { font-weight: 600; }
.trace .box { fill: #ffffff; stroke: #5f6368; }
.trace .trainable .box { fill: #e6f4ee; stroke: #007a5a; stroke-width: 2; }
.trace .frozen .box, .trace .frozen text, .trace .frozen .lock { opacity: .55; }
.trace .frozen .box { fill: #e4e4e0; }
.trace .lock { fill: #1e1e1e; }
.trace .frame { fill: none; stroke: #5f6368; }
.trace .trainable .frame { stroke: #007a5a; stroke-width: 2; }
.trace .forward { fill: none; stroke: #8a8a85; stroke-width: 1.5; }
.trace .forward-head { fill: #8a8a85; }
.trace .gradient { fill: none; stroke: #d55e00; stroke-linejoin: round; }
.trace .gradient-head { fill: #d55e00; }
.trace .norm { fill: #a84700; }
.trace .skipped { fill: none; stroke: #8a8a85; stroke-width: 1.5; stroke-dasharray: 3 4; }
.trace .skipped-word { font-size: 11.5px; font-style: italic; fill: #5f6368; }
.trace .same { fill: #eef3f7; }
)";

namespace {

// A column from left to right: leaves, lane 0, lane 1. Lengths are in pixels.
constexpr double leaf_width = 196, leaf_height = 20, gap = 34, box_width = 176, box_height = 44,
                 lane_gap = 74, pitch = 84, header = 190, picture = 72, footer = 58, margin = 12;

double lane_left(int lane) { return margin + leaf_width + gap + lane * (box_width + lane_gap); }
double lane_centre(int lane) { return lane_left(lane) + box_width / 2; }
double row_top(int row) { return header + row * pitch; }

std::string number(double value) { return formatted("%.2g", value); }

struct Point {
  double x, y;
};

/// Writes the elements of one column.
class Column {
 public:
  Column(const TapeView& view, const std::vector<Place>& places) : view_(view), places_(places) {
    for (const Place& place : places) {
      place_of_[place.entry] = place;
      if (place.lane > 0) lanes_ = 2;
    }
    find_picture();
    find_norms();
  }

  double width() const {
    return lane_left(lanes_ - 1) + box_width + lane_gap + (lanes_ > 1 ? 0 : 10);
  }

  std::string elements() {
    draw_header();
    for (const Place& place : places_) {
      out_ << "<g class=\"reads\" data-entry=\"" << place.entry << "\">\n";
      for (const Trace::Input& input : entry(place.entry).inputs) draw_edge(place, input);
      out_ << "</g>\n";
    }
    draw_picture();
    for (const Place& place : places_) draw_operation(place);
    draw_footer();
    return out_.str();
  }

 private:
  const Trace::Entry& entry(std::size_t i) const { return view_.trace->entries()[i]; }

  /// The leaf at the top, which is the image: the first that is no weight.
  void find_picture() {
    const auto& entries = view_.trace->entries();
    const auto found = std::ranges::find_if(entries, [](const Trace::Entry& leaf) {
      return leaf.is_leaf() && leaf.role != Trace::Role::weight;
    });
    picture_ = static_cast<std::size_t>(found - entries.begin());
  }

  void find_norms() {
    for (const Trace::Entry& e : view_.trace->entries()) {
      for (const Trace::Input& input : e.inputs) {
        if (!input.sent || !(input.grad_l2 > 0) || !std::isfinite(input.grad_l2)) continue;
        const double size = std::log(input.grad_l2);
        least_ = any_norm_ ? std::min(least_, size) : size;
        most_ = any_norm_ ? std::max(most_, size) : size;
        any_norm_ = true;
      }
    }
  }

  /// From 1.5 to 8 pixels, with the logarithm of the norm.
  double stroke(double norm) const {
    if (!(norm > 0) || !std::isfinite(norm)) return 1.5;
    return most_ > least_ ? 1.5 + 6.5 * (std::log(norm) - least_) / (most_ - least_) : 4;
  }

  void text_at(double x, double y, const char* kind, const std::string& words) {
    out_ << "<text x=\"" << x << "\" y=\"" << y << "\" class=\"" << kind << "\">"
         << page::escaped(words) << "</text>\n";
  }

  void arrow_head(Point tip, Point from, const char* kind, double size) {
    const double length = std::hypot(tip.x - from.x, tip.y - from.y);
    const double dx = (tip.x - from.x) / length, dy = (tip.y - from.y) / length;
    const Point base{tip.x - size * dx, tip.y - size * dy};
    out_ << "<path class=\"" << kind << "\" d=\"M" << tip.x << ' ' << tip.y << 'L'
         << base.x - dy * size / 2 << ' ' << base.y + dx * size / 2 << 'L' << base.x + dy * size / 2
         << ' ' << base.y - dx * size / 2 << "Z\"/>\n";
  }

  void polyline(const std::vector<Point>& points, const char* kind, double stroke_width = 0) {
    out_ << "<path class=\"" << kind << '"';
    if (stroke_width > 0) out_ << " stroke-width=\"" << stroke_width << '"';
    out_ << " d=\"";
    for (std::size_t i = 0; i < points.size(); ++i) {
      out_ << (i ? 'L' : 'M') << points[i].x << ' ' << points[i].y;
    }
    out_ << "\"/>\n";
  }

  /// A line with an arrow head at the end of `points`, which it leaves room for.
  void arrow(std::vector<Point> points, const char* kind, double stroke_width, double head) {
    const Point tip = points.back(), from = points[points.size() - 2];
    const double length = std::hypot(tip.x - from.x, tip.y - from.y);
    points.back() = {tip.x - (tip.x - from.x) / length * head * .8,
                     tip.y - (tip.y - from.y) / length * head * .8};
    polyline(points, kind, stroke_width);
    arrow_head(tip, from, (std::string(kind) + "-head").c_str(), head);
  }

  bool free_between(int lane, int first_row, int last_row) const {
    return std::ranges::none_of(places_, [&](const Place& place) {
      return place.lane == lane && place.row > first_row && place.row < last_row;
    });
  }

  /// From what was read to the operation that read it, `d` pixels beside the middle.
  std::vector<Point> route(std::size_t from, const Place& to, double d) {
    const bool is_picture = from == picture_;
    const Place source = is_picture ? Place{from, 0, -1} : place_of_.at(from);
    const double bottom = is_picture ? header - 40 : row_top(source.row) + box_height;
    const double right =
        is_picture ? lane_centre(0) + picture + 12 : lane_left(source.lane) + box_width;
    const double source_y =
        is_picture ? header - 40 - picture / 2 : row_top(source.row) + box_height / 2;
    const double to_y = row_top(to.row) + box_height / 2;
    const bool open = free_between(to.lane, source.row, to.row);
    if (source.lane == to.lane && open) {
      const double x = lane_centre(to.lane) + d;
      return {{x, bottom}, {x, row_top(to.row)}};
    }
    if (is_picture && open) {
      const double x = lane_centre(to.lane) + d;
      return {{right, source_y - d}, {x, source_y - d}, {x, row_top(to.row)}};
    }
    if (source.lane > to.lane && free_between(source.lane, source.row, to.row + 1)) {
      const double x = lane_centre(source.lane) + d;
      return {{x, bottom}, {x, to_y + d}, {lane_left(to.lane) + box_width, to_y + d}};
    }
    const double x = lane_left(lanes_ - 1) + box_width + channel(from, to.entry);
    return {{right, source_y - d},
            {x + d, source_y - d},
            {x + d, to_y + d},
            {lane_left(to.lane) + box_width, to_y + d}};
  }

  /// Each edge that must go around boxes has a channel of its own, right of all lanes.
  double channel(std::size_t from, std::size_t to) {
    const auto [place, is_new] =
        channels_.try_emplace({from, to}, 18.0 + 24.0 * static_cast<double>(channels_.size()));
    return place->second;
  }

  void draw_edge(const Place& place, const Trace::Input& input) {
    const Trace::Entry& source = entry(input.entry);
    if (source.is_leaf() && input.entry != picture_) return draw_leaf(place, input);
    arrow(route(input.entry, place, -6), "forward", 0, 7);
    std::vector<Point> back = route(input.entry, place, 6);
    std::ranges::reverse(back);
    const Point middle{(back[0].x + back[1].x) / 2, (back[0].y + back[1].y) / 2};
    const bool straight = back.size() == 2;
    draw_gradient(back, input, {middle.x + 8, middle.y + 5}, straight);
  }

  /// Backwards along `back`; `label` is where its norm goes, if there is room.
  void draw_gradient(const std::vector<Point>& back, const Trace::Input& input, Point label,
                     bool has_room) {
    out_ << "<g class=\"back\">\n";
    if (input.sent) {
      const double width = stroke(input.grad_l2);
      arrow(back, "gradient", width, 7 + width);
      if (has_room) text_at(label.x, label.y, "norm", number(input.grad_l2));
    } else {
      polyline(back, "skipped");
      if (has_room) text_at(label.x, label.y, "skipped-word", "skipped");
    }
    out_ << "</g>\n";
  }

  /// A weight, or a constant, left of the operation that reads it.
  void draw_leaf(const Place& place, const Trace::Input& input) {
    const auto& inputs = entry(place.entry).inputs;
    int line = 0, lines = 0;
    for (const Trace::Input& other : inputs) {
      if (!entry(other.entry).is_leaf() || other.entry == picture_) continue;
      if (&other == &input) line = lines;
      ++lines;
    }
    const Trace::Entry& leaf = entry(input.entry);
    const double top =
        row_top(place.row) + box_height / 2 + (line - lines / 2.0) * (leaf_height + 4) + 2;
    const double right = margin + leaf_width, y = top + leaf_height / 2;
    const bool frozen = leaf.role == Trace::Role::weight && !leaf.trainable;
    out_ << "<g class=\"leaf "
         << (leaf.trainable ? "trainable"
             : frozen       ? "frozen"
                            : "data")
         << "\"><rect class=\"box\" x=\"" << margin << "\" y=\"" << top << "\" width=\""
         << leaf_width << "\" height=\"" << leaf_height << "\" rx=\"3\"/>\n";
    if (frozen) draw_lock(margin + 9, y);
    text_at(margin + (frozen ? 22 : 8), y + 4, "shape", leaf.name + ' ' + leaf.value.shape().str());
    out_ << "</g>\n";
    if (place.lane > 0) return;
    arrow({{right, y - 4}, {lane_left(0), y - 4}}, "forward", 0, 6);
    out_ << "<g text-anchor=\"end\">\n";
    draw_gradient({{lane_left(0), y + 4}, {right, y + 4}}, input, {right - 4, y + 4}, input.sent);
    out_ << "</g>\n";
  }

  void draw_lock(double x, double y) {
    out_ << "<path class=\"lock\" d=\"M" << x - 4 << ' ' << y - 1
         << "h8v7h-8Zm1 0v-2a3 3 0 0 1 6 0v2h-1.5v-2a1.5 1.5 0 0 0 -3 0v2Z\"/>\n";
  }

  void draw_header() {
    text_at(margin, 26, "title", view_.title);
    const Trace::Entry& image = entry(picture_);
    text_at(
        margin, 46, "roles",
        image.trainable ? "weights frozen, image trainable" : "weights trainable, image is data");
  }

  /// The image, and the gradient that it receives or does not.
  void draw_picture() {
    const Trace::Entry& image = entry(picture_);
    const double x = lane_centre(0) - picture - 6, y = header - 40 - picture;
    const Shape& shape = image.value.shape();
    const bool drawable = shape.rank() == 4;
    const char* state = image.trainable ? "trainable" : "data";
    out_ << "<g class=\"leaf " << state << "\">\n";
    const auto draw = [&](double left, const std::optional<Image>& pixels, const char* frame) {
      if (pixels) {
        out_ << "<image x=\"" << left << "\" y=\"" << y << "\" width=\"" << picture
             << "\" height=\"" << picture << "\" style=\"image-rendering: pixelated\" href=\""
             << page::data_uri(*pixels) << "\"/>\n";
      }
      out_ << "<rect class=\"" << frame << "\" x=\"" << left << "\" y=\"" << y << "\" width=\""
           << picture << "\" height=\"" << picture << "\"/>\n";
    };
    std::optional<Image> value, gradient;
    if (drawable) value = to_image(image.value, 0);
    if (drawable && image.grad) gradient = draw_signed(narrow(image.grad, 0, 0, 1));
    draw(x, value, "frame");
    out_ << "<g class=\"its-gradient\">\n";
    draw(x + picture + 12, gradient, image.grad ? "frame" : "skipped");
    text_at(x, y - 8, "name", image.name);
    text_at(x + picture + 12, y - 8, image.grad ? "name" : "skipped-word",
            image.grad ? "its gradient" : "no gradient");
    out_ << "</g>\n";
    out_ << "<g text-anchor=\"end\">\n";
    text_at(x - 10, y + 14, "shape", shape.str());
    text_at(x - 10, y + 32, "shape", state);
    out_ << "</g>\n";
    out_ << "</g>\n";
  }

  void draw_operation(const Place& place) {
    const Trace::Entry& e = entry(place.entry);
    const double x = lane_left(place.lane), y = row_top(place.row);
    out_ << "<g class=\"op\" data-entry=\"" << place.entry << "\">\n<rect class=\"box\" x=\"" << x
         << "\" y=\"" << y << "\" width=\"" << box_width << "\" height=\"" << box_height
         << "\" rx=\"6\"/>\n";
    text_at(x + 10, y + 18, "name", e.op);
    text_at(x + box_width - 10, y + 18, "layer", e.layer);
    text_at(x + 10, y + 35, "shape", e.value.shape().str());
    out_ << "</g>\n";
  }

  void draw_footer() {
    const Place& last = *std::ranges::max_element(
        places_, {}, [](const Place& place) { return place.row * 2 - place.lane; });
    const double x = lane_left(0), y = row_top(last.row) + box_height;
    text_at(x, y + 20, "name", "loss = " + number(entry(last.entry).value.data()[0]));
    text_at(x, y + 38, "roles", "backward() starts here, with 1");
  }

  const TapeView& view_;
  const std::vector<Place>& places_;
  std::map<std::size_t, Place> place_of_;
  std::map<std::pair<std::size_t, std::size_t>, double> channels_;
  std::size_t picture_ = 0;
  int lanes_ = 1;
  bool any_norm_ = false;
  double least_ = 0, most_ = 0;  ///< logarithms of the norms
  std::ostringstream out_;
};

double height_of(const Layout& layout) { return row_top(layout.rows - 1) + box_height + footer; }

}  // namespace

ColumnDrawing draw_column(const TapeView& view, const Layout& layout, std::size_t column) {
  Column drawing(view, layout.columns[column]);
  return {drawing.width(), height_of(layout), drawing.elements()};
}

std::string to_svg(const std::string& title, const std::vector<TapeView>& views) {
  const Layout layout = lay_out(*views[0].trace, views.size() > 1 ? views[1].trace : nullptr);
  constexpr double title_height = 40, legend_height = 34, legend_width = 780, between = 40;
  std::ostringstream columns;
  double width = 0, first_width = 0;
  for (std::size_t c = 0; c < views.size(); ++c) {
    const ColumnDrawing drawing = draw_column(views[c], layout, c);
    columns << "<g data-mode=\"" << views[c].mode << "\" transform=\"translate(" << width << ' '
            << title_height << ")\">\n"
            << drawing.elements << "</g>\n";
    if (c == 0) first_width = drawing.width;
    width += drawing.width + (c + 1 < views.size() ? between : 0);
  }
  width = std::max(width, legend_width);
  const double height = title_height + height_of(layout) + legend_height;

  std::ostringstream out;
  out << "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"tape\" viewBox=\"0 0 " << width << ' '
      << height << "\" width=\"" << width << "\" height=\"" << height << "\">\n<title>"
      << page::escaped(title) << "</title>\n<style>" << drawing_style << "</style>\n"
      << "<rect width=\"100%\" height=\"100%\" fill=\"#fafaf7\"/>\n";
  for (const int row : layout.same_rows) {
    const double left = lane_left(0) - 8;
    out << "<rect class=\"same\" x=\"" << left << "\" y=\"" << title_height + row_top(row) - 6
        << "\" width=\"" << first_width + between + lane_left(0) + box_width + 8 - left
        << "\" height=\"" << box_height + 12 << "\" rx=\"8\"/>\n";
  }
  out << "<text class=\"title\" x=\"" << margin << "\" y=\"28\">" << page::escaped(title)
      << "</text>\n"
      << columns.str();
  const double y = height - 16;
  auto legend = [&, x = margin](const char* kind, double stroke_width,
                                const std::string& words) mutable {
    out << "<path class=\"" << kind << "\" d=\"M" << x << ' ' << y - 4 << "h30\"";
    if (stroke_width > 0) out << " stroke-width=\"" << stroke_width << '"';
    out << "/>\n<text class=\"roles\" x=\"" << x + 38 << "\" y=\"" << y << "\">" << words
        << "</text>\n";
    x += 60 + 6.6 * static_cast<double>(words.size());
  };
  legend("forward", 0, "values, forward");
  legend("gradient", 5, "gradient, backward: its norm, width by its logarithm");
  legend("skipped", 0, "gradient not computed");
  out << "</svg>\n";
  return out.str();
}

}  // namespace glass::viz
