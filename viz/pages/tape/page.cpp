#include "viz/pages/tape/page.hpp"

#include <sstream>

#include "viz/pages/page.hpp"
#include "viz/pages/tape/json.hpp"
#include "viz/pages/tape/operation.hpp"

namespace glass::viz {

namespace page {
extern const std::string_view dark_css, tape_css, tape_js;
}

namespace {

using Json = nlohmann::ordered_json;

Json view_json(const TapeView& view) {
  Json entries = to_json(*view.trace);
  for (std::size_t i = 0; i < entries.size(); ++i) illustrate(entries[i], view.trace->entries()[i]);
  return {{"mode", view.mode}, {"title", view.title}, {"entries", entries}};
}

Json row_json(const Row& row, std::size_t columns) {
  Json entries = Json::array();
  for (std::size_t c = 0; c < columns; ++c) {
    entries.push_back(row.entries[c] ? Json(*row.entries[c]) : Json());
  }
  return entries;
}

/// The parts that the script fills are empty here.
std::string body(const std::string& title, const std::vector<TapeView>& views,
                 const Layout& layout) {
  std::ostringstream out;
  out << "<header>\n<h1>" << page::escaped(title) << "</h1>\n"
      << "<nav aria-label=\"Steps\">\n"
         "<button id=\"first\" aria-label=\"First step\">|&lt;</button>\n"
         "<button id=\"back\">&larr; back</button>\n"
         "<button id=\"next\">next &rarr;</button>\n"
         "<button id=\"last\" aria-label=\"Last step\">&gt;|</button>\n"
         "<span id=\"position\" role=\"status\"></span>\n"
         "<span class=\"quiet keys\">keys: &larr; &rarr; Home End, B to where backward "
         "begins</span>\n<div id=\"tabs\" role=\"group\" aria-label=\"Tape\"></div>\n</nav>\n"
         "</header>\n<main tabindex=\"0\" aria-label=\"Drawing\"><div class=\"columns\">\n";
  for (std::size_t c = 0; c < views.size(); ++c) {
    const ColumnDrawing drawing = draw_column(views[c], layout, c);
    // Not so small that nobody can read it: then it scrolls.
    out << "<div class=\"column\" data-mode=\"" << views[c].mode
        << "\" style=\"flex: " << drawing.width << " 1 0; min-width: " << .8 * drawing.width
        << "px; max-width: " << drawing.width << "px\"><svg class=\"tape\" viewBox=\"0 0 "
        << drawing.width << ' ' << drawing.height << "\" role=\"group\" aria-label=\""
        << page::escaped(views[c].title) << "\">\n"
        << drawing.elements << "</svg></div>\n";
  }
  out << "</div></main>\n<footer id=\"details\" aria-live=\"polite\"></footer>\n";
  return out.str();
}

}  // namespace

std::string to_html(const std::string& title, const std::vector<TapeView>& views) {
  const Trace* second = views.size() > 1 ? views[1].trace : nullptr;
  Json data{{"views", Json::array()}, {"rows", Json::array()}};
  for (const TapeView& view : views) data["views"].push_back(view_json(view));
  for (const Row& row : align(*views[0].trace, second)) {
    data["rows"].push_back(row_json(row, views.size()));
  }
  const std::string style = text(page::drawing_css, page::dark_css, page::tape_css);
  return page::html_page(title, style, body(title, views, lay_out(*views[0].trace, second)),
                         data.dump(), page::tape_js);
}

}  // namespace glass::viz
