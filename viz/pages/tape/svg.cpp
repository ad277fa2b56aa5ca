#include "viz/pages/tape/svg.hpp"

#include <algorithm>
#include <sstream>

#include "viz/pages/page.hpp"
#include "viz/pages/tape/routes.hpp"

namespace glass::viz {

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
  const double height = title_height + column_height(layout.rows) + legend_height;

  std::ostringstream out;
  out << "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"tape\" viewBox=\"0 0 " << width << ' '
      << height << "\" width=\"" << width << "\" height=\"" << height << "\">\n<title>"
      << page::escaped(title)
      << "</title>\n<desc>From top to bottom, the operations of one step. Grey "
         "lines go down with the values, orange ones up with the gradients.";
  for (const TapeView& view : views) {
    out << ' ' << page::escaped(view.title) << ": "
        << (view.mode == "training" ? "weights trainable, image is data."
                                    : "weights frozen, image trainable.");
  }
  out << "</desc>\n<style>\n"
      << page::drawing_css << "</style>\n"
      << "<rect width=\"100%\" height=\"100%\" fill=\"#fafaf7\"/>\n";
  for (const int row : layout.same_rows) {
    const double left = main_left - 8;
    out << "<rect class=\"same\" x=\"" << left << "\" y=\"" << title_height + row_top(row) - 6
        << "\" width=\"" << first_width + between + main_left + box_width + 8 - left
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
