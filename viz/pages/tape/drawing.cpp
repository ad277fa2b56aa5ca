#include "viz/pages/tape/drawing.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "autograd/table.hpp"
#include "viz/pages/page.hpp"
#include "viz/pages/tape/routes.hpp"
#include "viz/saliency.hpp"

namespace glass::viz {

namespace {

std::string number(double value) { return formatted("%.2g", value); }

/// The leaf at the top, which is the image: the first that is no weight.
std::size_t picture_of(const Trace& trace) {
  const auto found = std::ranges::find_if(trace.entries(), [](const Trace::Entry& leaf) {
    return leaf.is_leaf() && leaf.role != Trace::Role::weight;
  });
  return static_cast<std::size_t>(found - trace.entries().begin());
}

/// Writes the elements of one column.
class Column {
 public:
  Column(const TapeView& view, const Layout& layout, std::size_t column)
      : view_(view),
        places_(layout.columns[column]),
        picture_(picture_of(*view.trace)),
        routes_(*view.trace, layout, column, picture_) {
    find_norms();
  }

  double width() const { return routes_.width(); }

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

  /// Letters are narrower where the words, in monospace, would not fit into `room`.
  void text_at(double x, double y, const char* kind, const std::string& words, double room = 1e9) {
    out_ << "<text x=\"" << x << "\" y=\"" << y << "\" class=\"" << kind << '"';
    if (7 * static_cast<double>(words.size()) > room) {
      out_ << " textLength=\"" << room << "\" lengthAdjust=\"spacingAndGlyphs\"";
    }
    out_ << '>' << page::escaped(words) << "</text>\n";
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

  void draw_edge(const Place& place, const Trace::Input& input) {
    const Trace::Entry& source = entry(input.entry);
    if (source.is_leaf() && input.entry != picture_) {
      // Left of the last lane is another: the constants of a regulariser are left out.
      if (routes_.of_network(place.lane)) draw_leaf(place, input);
      return;
    }
    arrow(routes_.forward(input.entry, place), "forward", 0, 7);
    const std::vector<Point> back = routes_.backward(input.entry, place);
    draw_gradient(back, input, routes_.label(back, input.entry, place));
  }

  /// Backwards along `back`, with its norm at `label`, if it has room there.
  void draw_gradient(const std::vector<Point>& back, const Trace::Input& input,
                     const std::optional<Point>& label) {
    out_ << "<g class=\"back\">\n";
    if (input.sent) {
      const double width = stroke(input.grad_l2);
      arrow(back, "gradient", width, 7 + width);
      if (label) text_at(label->x, label->y, "norm", number(input.grad_l2));
    } else {
      polyline(back, "skipped");
      if (label) text_at(label->x, label->y, "skipped-word", "skipped");
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
    const double box = routes_.left(place.lane), right = box - gap, left = right - leaf_width,
                 y = top + leaf_height / 2;
    const bool frozen = leaf.role == Trace::Role::weight && !leaf.trainable;
    out_ << "<g class=\"leaf "
         << (leaf.trainable ? "trainable"
             : frozen       ? "frozen"
                            : "data")
         << "\"><rect class=\"box\" x=\"" << left << "\" y=\"" << top << "\" width=\"" << leaf_width
         << "\" height=\"" << leaf_height << "\" rx=\"3\"/>\n";
    if (frozen) draw_lock(left + 9, y);
    text_at(left + (frozen ? 22 : 8), y + 4, "shape", leaf.name + ' ' + leaf.value.shape().str());
    out_ << "</g>\n";
    arrow({{right, y - 4}, {box, y - 4}}, "forward", 0, 6);
    out_ << "<g text-anchor=\"end\">\n";
    std::optional<Point> label;
    if (input.sent) label = {right - 4, y + 4};
    draw_gradient({{box, y + 4}, {right, y + 4}}, input, label);
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
    const double x = picture_left, y = picture_bottom - picture;
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
    draw(gradient_left, gradient, image.grad ? "frame" : "skipped");
    text_at(x, y - 8, "name", image.name);
    text_at(gradient_left, y - 8, image.grad ? "name" : "skipped-word",
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
    const double x = routes_.left(place.lane), y = row_top(place.row);
    out_ << "<g class=\"op\" data-entry=\"" << place.entry << "\">\n<rect class=\"box\" x=\"" << x
         << "\" y=\"" << y << "\" width=\"" << box_width << "\" height=\"" << box_height
         << "\" rx=\"6\"/>\n";
    text_at(x + 10, y + 18, "name", e.op);
    const bool fits = 8 * std::ssize(e.op) + 7 * std::ssize(e.layer) < 180;  // in one line
    const std::string shape = e.value.shape().str();
    const double beside_shape = box_width - 28 - 7 * static_cast<double>(shape.size());
    text_at(x + box_width - 10, y + (fits ? 18 : 35), "layer", e.layer, fits ? 1e9 : beside_shape);
    text_at(x + 10, y + 35, "shape", shape);
    out_ << "</g>\n";
  }

  void draw_footer() {
    const Place& last = *std::ranges::max_element(
        places_, {}, [](const Place& place) { return place.row * 2 - place.lane; });
    const double x = main_left, y = row_top(last.row) + box_height;
    text_at(x, y + 20, "name", "loss = " + number(entry(last.entry).value.data()[0]));
    text_at(x, y + 38, "roles", "backward() starts here, with 1");
  }

  const TapeView& view_;
  const std::vector<Place>& places_;
  std::size_t picture_;
  Routes routes_;
  bool any_norm_ = false;
  double least_ = 0, most_ = 0;  ///< logarithms of the norms
  std::ostringstream out_;
};

}  // namespace

ColumnDrawing draw_column(const TapeView& view, const Layout& layout, std::size_t column) {
  Column drawing(view, layout, column);
  return {drawing.width(), column_height(layout.rows), drawing.elements()};
}

}  // namespace glass::viz
