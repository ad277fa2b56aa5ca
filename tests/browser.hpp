#pragma once

#include <nlohmann/json.hpp>

#include "run_program.hpp"

/// A real browser, if this machine has one: $GLASS_BROWSER, chromium, or Google's Chrome.
inline std::string find_browser() {
  if (const char* named = std::getenv("GLASS_BROWSER")) return named;
  for (const char* name : {"chromium", "chromium-browser", "google-chrome"}) {
    const Run which = run_program(std::string("command -v ") + name);
    if (which.code == 0) return which.out.substr(0, which.out.find('\n'));
  }
  return {};
}

/// What a page did.
struct Visit {
  nlohmann::json result;    ///< what `script` returned
  nlohmann::json errors;    ///< exceptions, refused loads
  nlohmann::json requests;  ///< addresses that it loaded, besides data: ones
  std::string console;      ///< lines that it wrote to the console
};

/// Opens a page of ours from its file, at `place` ("#step=3"), lets `script` (the body of a
/// JavaScript function) use it, and reports. `width` and `height` are those of the frame that the page
/// is shown in, since no window gets narrower than 500 pixels.
inline Visit visit(const std::string& browser, const std::string& page, const std::string& place,
                   const std::string& script, int width = 1280, int height = 800) {
  const TemporaryFolder folder;
  std::string html = slurp(page);
  const std::string before = R"(<script>
const errors = [];
window.addEventListener('error', (e) => errors.push(e.message));
document.addEventListener('securitypolicyviolation', (e) => errors.push(e.blockedURI));
</script>)";
  const std::string after = R"(<script>
const result = (() => { )" + script +
                            R"( })();
const requests = performance.getEntriesByType('resource').map((r) => r.name)
  .filter((name) => !name.startsWith('data:'));
document.body.innerHTML = '<pre id="visit"></pre>';
document.getElementById('visit').textContent = btoa(JSON.stringify({ result, errors, requests }));
</script>)";
  html.insert(html.find("<head>") + 6, before);
  html.insert(html.rfind("</body>"), after);
  std::ofstream(folder / "page.html", std::ios::binary) << html;
  std::ofstream(folder / "frame.html", std::ios::binary)
      << "<iframe src=\"page.html" << place << "\" width=\"" << width << "\" height=\"" << height
      << R"x(" style="border: 0"
        onload="document.body.append(this.contentDocument.getElementById('visit'))"></iframe>)x";

  const Run run = run_program(
      "timeout 240 '" + browser + "' --headless --no-sandbox --disable-gpu --disable-quic" +
      " --no-first-run --disable-background-networking --disable-component-update --disable-sync" +
      " --disable-dev-shm-usage --enable-logging=stderr --user-data-dir='" + (folder / "profile") +
      "' --window-size=1800,1200 --allow-file-access-from-files --dump-dom 'file://" +
      (folder / "frame.html") + "'");
  Visit visit;
  std::istringstream log(run.err);
  for (std::string line; std::getline(log, line);) {
    if (line.find("CONSOLE") != line.npos) visit.console += line + '\n';
  }
  const std::size_t begin = run.out.find("<pre id=\"visit\">") + 16;
  const std::string encoded = run.out.substr(begin, run.out.find("</pre>", begin) - begin);
  std::string json;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : encoded) {  // base64
    const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const std::size_t digit = digits.find(c);
    if (digit == digits.npos) break;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    if ((count += 6) >= 8) json += static_cast<char>(bits >> (count -= 8));
  }
  const auto report = nlohmann::json::parse(json, nullptr, false);
  if (report.is_discarded()) throw std::runtime_error("the browser gave no report: " + run.err);
  visit.result = report["result"];
  visit.errors = report["errors"];
  visit.requests = report["requests"];
  return visit;
}
