#include "viz/pages/report.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "autograd/table.hpp"
#include "viz/pages/page.hpp"

namespace glass::viz {

namespace page {
extern const std::string_view chart_js, report_css, report_js;
}

namespace {

using Json = nlohmann::ordered_json;

/// With as many digits as anybody can see; null where the line has a gap.
Json number(double value) {
  if (!std::isfinite(value)) return nullptr;
  return std::strtod(formatted("%.5g", value).c_str(), nullptr);
}

const char* word(Report::Axis axis) {
  switch (axis) {
    case Report::Axis::log:
      return "log";
    case Report::Axis::share:
      return "share";
    case Report::Axis::linear:
      break;
  }
  return "linear";
}

Json to_json(const Report::Panel& panel) {
  Json curves = Json::array();
  for (const auto& [label, values] : panel.curves) {
    Json numbers = Json::array();
    std::ranges::transform(values, std::back_inserter(numbers), number);
    curves.push_back({{"label", label}, {"values", numbers}});
  }
  return {{"title", panel.title},     {"note", panel.note}, {"axis", word(panel.axis)},
          {"ordered", panel.ordered}, {"x", panel.x},       {"curves", curves}};
}

Json to_json(const Report::Frame& frame) {
  Json pictures = Json::array();
  for (const auto& [caption, image] : frame.pictures) {
    pictures.push_back({{"caption", caption}, {"src", page::data_uri(image)}});
  }
  return {{"x", frame.x}, {"pictures", pictures}};
}

template <class Items>
Json list_of(const Items& items) {
  Json list = Json::array();
  for (const auto& item : items) list.push_back(to_json(item));
  return list;
}

std::string body_of(const Report& report) {
  std::string facts;
  for (const auto& [name, value] : report.facts) {
    facts += "<tr><th scope=\"row\">" + page::escaped(name) + "</th><td>" + page::escaped(value) +
             "</td></tr>\n";
  }
  return text("<header>\n<h1>", page::escaped(report.title), "</h1>\n<p>",
              page::escaped(report.summary), "</p>\n<p class=\"verdict\">",
              page::escaped(report.verdict), R"(</p>
</header>
<div class="controls">
<button id="play" type="button">Play</button>
<input id="slider" type="range" min="0" step="1" aria-label="step">
<span id="step" class="number" aria-hidden="true"></span>
</div>
<main id="panels"></main>
<section>
<h2>Facts</h2>
<table>
)",
              facts, R"(</table>
</section>
)",
              report.manifest.empty() ? "" : R"(<details>
<summary>Manifest: all that decides the bytes of this page</summary>
<pre id="manifest"></pre>
</details>
)");
}

}  // namespace

void Report::Panel::add(const std::string& label, double value) {
  auto curve = std::ranges::find(curves, label, &Curve::label);
  if (curve == curves.end()) curve = curves.insert(curve, {label, {}});
  curve->values.push_back(value);
}

std::string to_html(const Report& report) {
  Json data{{"frames_title", report.frames_title},
            {"frames", list_of(report.frames)},
            {"panels", list_of(report.panels)}};
  if (!report.manifest.empty()) data["manifest"] = Json::parse(report.manifest);
  return page::html_page(report.title, page::report_css, body_of(report), data.dump(),
                         text(page::chart_js, '\n', page::report_js));
}

}  // namespace glass::viz
