#include "viz/pages/tape/page.hpp"

#include <algorithm>
#include <sstream>

#include "viz/pages/page.hpp"
#include "viz/pages/tape/formulas.hpp"
#include "viz/pages/tape/json.hpp"
#include "viz/pictures/maps.hpp"
#include "viz/saliency.hpp"

namespace glass::viz {

namespace page {
extern const std::string_view tape_css, tape_js;
}

namespace {

using Json = nlohmann::ordered_json;

/// Pixels in [0, 1]: the image, or what was made of it before the first layer.
bool is_image(const Trace::Entry& entry) {
  const Shape& shape = entry.value.shape();
  const bool drawable = shape.rank() == 4 && (shape[1] == 1 || shape[1] == 3);
  return drawable && entry.layer.empty() &&
         std::ranges::all_of(entry.value.values(), [](real v) { return v >= 0 && v <= 1; });
}

/// A matrix of kernels is large and says little beyond its first.
MapOptions crop_of(const Trace::Entry& entry) {
  const bool kernels = entry.role == Trace::Role::weight && entry.value.shape().rank() == 4;
  return {.most = kernels ? 24 : 64};
}

Image value_picture(const Trace::Entry& entry) {
  if (is_image(entry)) return to_image(entry.value, 0);
  const Shape& shape = entry.value.shape();
  if (entry.role == Trace::Role::weight && shape.rank() == 4 && shape[1] == 3) {
    return draw_colour_kernels(entry.value);
  }
  return draw_maps(entry.value, scale_for(entry.value), crop_of(entry));
}

Image gradient_picture(const Trace::Entry& entry) {
  if (is_image(entry)) return draw_signed(narrow(entry.grad, 0, 0, 1));
  return draw_maps(entry.grad, Scale::diverging, crop_of(entry));
}

Json picture_json(const Image& image) {
  return {{"src", page::data_uri(image)}, {"width", image.width}, {"height", image.height}};
}

/// What the page shows beyond the tape itself. A single number needs no picture.
void add_pictures(Json& json, const Trace::Entry& entry) {
  if (entry.value.size() < 2) return;
  json["picture"] = picture_json(value_picture(entry));
  if (entry.grad) json["grad_picture"] = picture_json(gradient_picture(entry));
  json["cropped"] = is_cropped(entry.value.shape(), crop_of(entry));
}

/// What the page shows of one entry, whose fields of the tape are in `json`.
void complete(Json& json, const Trace::Entry& entry) {
  add_pictures(json, entry);
  if (entry.is_leaf()) return;
  Formula formula = formula_of(entry.op);
  if (formula.inputs.size() < entry.inputs.size()) {  // of any number of them, `cat`, it tells one
    formula.inputs.resize(entry.inputs.size(), formula.inputs.back());
    formula.backward.resize(entry.inputs.size(), formula.backward.back());
  }
  json["formula"] = {
      {"forward", formula.forward}, {"inputs", formula.inputs}, {"backward", formula.backward}};
}

Json view_json(const TapeView& view) {
  Json entries = to_json(*view.trace);
  for (std::size_t i = 0; i < entries.size(); ++i) complete(entries[i], view.trace->entries()[i]);
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

Json operation_json(const Trace& trace, std::size_t place) {
  Json entries = to_json(trace), json = entries.at(place);
  complete(json, trace.entries()[place]);
  for (Json& input : json["inputs"]) {
    const std::size_t id = input["id"];
    input["entry"] = entries[id];
    complete(input["entry"], trace.entries()[id]);
  }
  return json;
}

std::string to_html(const std::string& title, const std::vector<TapeView>& views) {
  const Trace* second = views.size() > 1 ? views[1].trace : nullptr;
  Json data{{"views", Json::array()}, {"rows", Json::array()}};
  for (const TapeView& view : views) data["views"].push_back(view_json(view));
  for (const Row& row : align(*views[0].trace, second)) {
    data["rows"].push_back(row_json(row, views.size()));
  }
  const std::string style = text(page::drawing_css, page::tape_css);
  return page::html_page(title, style, body(title, views, lay_out(*views[0].trace, second)),
                         data.dump(), page::tape_js);
}

}  // namespace glass::viz
