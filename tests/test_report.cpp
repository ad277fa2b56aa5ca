#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>

#include "browser.hpp"
#include "skip.hpp"
#include "test_data_files.hpp"
#include "viz/pages/page.hpp"
#include "viz/pages/report.hpp"

using namespace glass;
using viz::Report;
using Json = nlohmann::json;

namespace {

const std::string viz_program = GLASS_VIZ_PROGRAM;
const std::string weights = GLASS_WEIGHTS_DIR;
const std::string tiny = weights + "/tiny.json";

Run run_viz(const std::string& arguments) { return run_program(viz_program + " " + arguments); }

Json data_of(const std::string& path) { return Json::parse(viz::page::data_of(slurp(path))); }

const Json& panel(const Json& data, const std::string& title) {
  for (const Json& one : data["panels"]) {
    if (one["title"].get<std::string>().starts_with(title)) return one;
  }
  throw std::logic_error("no panel " + title);
}

std::vector<std::string> labels(const Json& panel) {
  std::vector<std::string> all;
  for (const Json& curve : panel["curves"]) all.push_back(curve["label"]);
  return all;
}

}  // namespace

TEST_CASE("a report is a page that loads nothing, and its data parse") {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  Report report{.title = "a <b>", .summary = "c & d", .verdict = "\"e\""};
  report.facts = {{"fact", "</td><script>"}};
  report.frames_title = "Image";
  report.frames = {{0, {{"</script>", viz::Image(2, 2, 1)}}}};
  Report::Panel loss{.title = "loss", .axis = Report::Axis::log, .x = {1, 2, 3}};
  for (const double value : {1 / 3.0, infinity, -2e-9}) loss.add("f(x)", value);
  report.panels = {loss};

  const std::string page = viz::to_html(report);
  CHECK(viz::to_html(report) == page);
  CHECK(page.starts_with("<!DOCTYPE html>"));
  CHECK(page.find("default-src 'none'") != page.npos);
  for (const char* part : {"http:", "https:", "//cdn", "src=\"h", "a <b>", "</td><script>"}) {
    CHECK_MESSAGE(page.find(part) == page.npos, part);
  }
  CHECK(page.find("<h1>a &lt;b&gt;</h1>") != page.npos);
  CHECK(page.find("id=\"manifest\"") == page.npos);

  const Json data = Json::parse(viz::page::data_of(page));
  CHECK(data["frames"][0]["pictures"][0]["caption"] == "</script>");
  const std::string src = data["frames"][0]["pictures"][0]["src"];
  CHECK(src.starts_with("data:image/png;base64,iVBOR"));
  CHECK(data["panels"][0]["axis"] == "log");
  CHECK(data["panels"][0]["x"] == Json({1, 2, 3}));
  CHECK(data["panels"][0]["curves"][0]["values"] == Json({0.33333, nullptr, -2e-9}));

  report.manifest = R"({"seed": "</script>"})";
  const std::string with_manifest = viz::to_html(report);
  CHECK(with_manifest.find("id=\"manifest\"") != page.npos);
  CHECK(Json::parse(viz::page::data_of(with_manifest))["manifest"]["seed"] == "</script>");
}

TEST_CASE("no page, no data") {
  CHECK(viz::page::data_of("").empty());
  CHECK(viz::page::data_of("<html></html>").empty());
  const std::string page = viz::to_html({.title = "t", .summary = "s", .verdict = "v"});
  CHECK(viz::page::data_of(page.substr(0, page.find("\"panels\""))).empty());
}

TEST_CASE("viz maximise --report tells every step, and changes nothing else") {
  const TemporaryFolder folder;
  const std::string same = "maximise " + tiny + " --class 3 --steps 12 -o ";
  REQUIRE(run_viz(same + (folder / "plain.png")).code == 0);
  const auto report = [&](int threads, const std::string& name) {
    const Run run = run_viz(same + (folder / (name + ".png")) + " --report " +
                            (folder / (name + ".html")) + " --threads " + std::to_string(threads));
    REQUIRE_MESSAGE(run.code == 0, run.err);
    CHECK(run.out.ends_with(name + ".html\n"));
  };
  report(1, "one");
  report(2, "two");
  CHECK(slurp(folder / "one.html") == slurp(folder / "two.html"));
  CHECK(slurp(folder / "one.png") == slurp(folder / "plain.png"));

  const std::string page = slurp(folder / "one.html");
  CHECK(page.find("tiny paints 3 in 12 steps") != page.npos);
  CHECK(page.find("equal: the run changed no bit of any weight") != page.npos);
  CHECK(page.find(folder / "") == page.npos);
  const Json data = data_of(folder / "one.html");
  CHECK(data["frames"].size() == 13);
  CHECK(data["manifest"]["output"] == "report");
  for (const Json& one : data["panels"]) {
    CAPTURE(one["title"]);
    for (const Json& curve : one["curves"]) {
      CHECK(curve["values"].size() == one["x"].size());
      CHECK(std::ranges::count(curve["values"], Json()) == 0);
    }
  }
  CHECK(panel(data, "Objective")["x"].size() == 13);
  CHECK(labels(panel(data, "Regulariser")) == std::vector<std::string>{"total variation", "L2"});
  // Of the start there is an image, but no step that made it.
  CHECK(panel(data, "Size of the gradient")["x"][0] == 1);
  CHECK(labels(panel(data, "Size of the gradient")) ==
        std::vector<std::string>{"image", "conv1", "relu1", "avgpool1", "flatten1", "linear1"});
  CHECK(labels(panel(data, "Dead ReLUs")) == std::vector<std::string>{"relu1"});
}

TEST_CASE("viz maximise --report: many pictures, other objectives, short and long runs") {
  const TemporaryFolder folder;
  const auto data = [&](const std::string& arguments) {
    const Run run = run_viz("maximise " + tiny + " " + arguments + " -o " + (folder / "x.png") +
                            " --report " + (folder / "x.html"));
    REQUIRE_MESSAGE(run.code == 0, run.err);
    return data_of(folder / "x.html");
  };
  const Json digits = data("--class all --steps 40");
  CHECK(digits["frames"].size() <= 32);
  CHECK(digits["frames"][0]["pictures"].size() == 10);
  CHECK(labels(panel(digits, "Probability")).size() == 10);
  CHECK(labels(panel(digits, "Regulariser")).size() == 2);

  const Json channels = data("--objective channel:conv1:all --steps 3 --tv 0 --l2 0");
  CHECK(labels(panel(channels, "Objective")).front() == "conv1 0");
  CHECK_THROWS(panel(channels, "Probability"));
  CHECK_THROWS(panel(channels, "Regulariser"));
  CHECK_THROWS(panel(channels, "Dead"));  // the objective looks at no ReLU

  CHECK(labels(panel(data("--class 3 --count 12 --steps 2"), "Objective")).size() == 10);
  CHECK(panel(data("--class 3 --steps 0"), "Objective")["x"] == Json::array({0}));
  CHECK(panel(data("--class 3 --steps 9 --stop-after 4"), "Objective")["x"].back() == 4);
  CHECK(labels(panel(data("--class 3 --steps 2 --parametrisation fourier"), "Size of the gradient"))
            .front() == "coordinates");
  const Json lasting = data("--class 3 --steps 1501");
  CHECK(panel(lasting, "Objective")["x"].size() <= 502);
  CHECK(panel(lasting, "Objective")["x"].back() == 1501);
  CHECK(lasting["frames"].size() <= 64);
}

TEST_CASE("viz maximise --report: what cannot be") {
  const TemporaryFolder folder;
  const std::string same = "maximise " + tiny + " --class 3 --steps 2 -o " + (folder / "x.png");
  const Run nowhere = run_viz(same + " --report " + (folder / "no/such/folder.html"));
  CHECK(nowhere.code == 4);
  CHECK(one_line(nowhere.err));
  const Run restarts = run_viz(same + " --restarts 2 --report " + (folder / "x.html"));
  CHECK(restarts.code == 2);
  CHECK(one_line(restarts.err));
  CHECK_FALSE(std::filesystem::exists(folder / "x.html"));
}

TEST_CASE("in a browser, reports draw their curves, follow address and keys, and load nothing") {
  const std::string browser = find_browser();
  if (browser.empty()) return skip("no browser (chromium, or $GLASS_BROWSER)");
  const TemporaryFolder folder;
  const std::string painted = folder / "painted.html", trained = folder / "trained.html",
                    model = folder / "squares.json";
  REQUIRE(run_viz("maximise " + tiny + " --class 3 --steps 12 -o " + (folder / "x.png") +
                  " --report " + painted)
              .code == 0);
  data_files::write_square_folder(folder);
  data_files::write(model, data_files::square_model);
  REQUIRE(run_program(std::string(GLASS_TRAIN_PROGRAM) + " " + model + " --data " + (folder / "") +
                      " --batch 32 --epochs 2 --report " + trained)
              .code == 0);
  for (const std::string& path : {painted, trained}) {
    CAPTURE(path);
    const Visit page = visit(browser, path, "#step=2", R"(
      const step = () => document.querySelector('#step').textContent;
      const press = (key) => document.dispatchEvent(new KeyboardEvent('keydown', { key }));
      const seen = { steps: [step()] };
      for (const key of ['ArrowRight', 'End', 'Home']) {
        press(key);
        seen.steps.push(step());
      }
      seen.panels = [...document.querySelectorAll('#panels section')]
        .filter((section) => section.querySelector('.chart svg')).length;
      seen.curves = document.querySelectorAll('#panels path.curve[d^="M"]').length;
      seen.broken = [...document.images].filter((i) => i.complete && !i.naturalWidth).length;
      return seen;)");
    CHECK(page.errors == Json::array());
    CHECK(page.requests == Json::array());
    CHECK_MESSAGE(page.console.empty(), page.console);
    const Json& seen = page.result;
    const Json data = data_of(path);
    const std::string last = std::to_string(data["panels"][0]["x"].back().get<int>());
    const Json steps = {"step 2 / " + last, "step 3 / " + last, "step " + last + " / " + last,
                        "step 0 / " + last};
    CHECK(seen["steps"] == steps);
    CHECK(seen["panels"] == data["panels"].size());
    CHECK(seen["curves"] >= seen["panels"]);
    CHECK(seen["broken"] == 0);
  }
}

TEST_CASE(
    "in a browser of any width, a report has no holes, and each of many layers has its name") {
  const std::string browser = find_browser();
  if (browser.empty()) return skip("no browser (chromium, or $GLASS_BROWSER)");
  const TemporaryFolder folder;
  const std::string path = folder / "x.html";
  REQUIRE(run_viz("maximise " + weights + "/cifar10-cnn.json --class 3 --steps 3 -o " +
                  (folder / "x.png") + " --report " + path)
              .code == 0);
  const std::vector<std::string> layers = labels(panel(data_of(path), "Size of the gradient"));
  CHECK(layers.size() == 26);
  for (const auto& [width, height] : {std::pair{390, 844}, {800, 1000}, {1600, 900}}) {
    CAPTURE(width);
    const Visit page = visit(browser, path, "", R"(
      const main = document.querySelector('main').getBoundingClientRect();
      const sections = [...document.querySelectorAll('#panels > section')];
      const lines = new Map();  // of sections, by their top
      for (const section of sections) {
        const box = section.getBoundingClientRect(), top = Math.round(box.top);
        lines.set(top, [...(lines.get(top) || []), box]);
      }
      const holes = [...lines.values()].filter((boxes) =>
        Math.max(...boxes.map((b) => b.bottom)) - Math.min(...boxes.map((b) => b.bottom)) > 1 ||
        main.right - boxes.at(-1).right > main.width / 4);
      const strips = sections.find((s) => s.textContent.startsWith('Size of the gradient'))
        .querySelectorAll('.strip');
      const cut = (e) => e.scrollWidth > e.clientWidth;
      return { holes: holes.length, wide: document.documentElement.scrollWidth > innerWidth,
               names: [...strips].map((s) => s.querySelector('.label').textContent),
               values: [...strips].map((s) => s.querySelector('.number').textContent),
               charts: [...strips].filter((s) => s.querySelector('svg path.curve[d^="M"]')).length,
               cut: [...document.querySelectorAll('.label')].filter(cut).length,
               unnamed: [...document.querySelectorAll('.chart svg')]
                 .filter((svg) => !svg.getAttribute('aria-label')).length };)",
                             width, height);
    CHECK(page.errors == Json::array());
    CHECK(page.result["holes"] == 0);
    CHECK(page.result["wide"] == false);
    CHECK(page.result["names"] == layers);
    CHECK(std::ranges::count(page.result["values"], "") == 0);
    CHECK(page.result["charts"] == layers.size());
    CHECK(page.result["cut"] == 0);
    CHECK(page.result["unnamed"] == 0);
  }
}

TEST_CASE("in a browser of any width, the pictures of a report are all of one size") {
  const std::string browser = find_browser();
  if (browser.empty()) return skip("no browser (chromium, or $GLASS_BROWSER)");
  const TemporaryFolder folder;
  const std::string path = folder / "x.html";
  REQUIRE(run_viz("maximise " + weights + "/mnist-robust.json --class all --steps 2 -o " +
                  (folder / "x.png") + " --report " + path)
              .code == 0);
  for (const auto& [width, height] : {std::pair{390, 844}, {800, 1000}, {1600, 900}}) {
    CAPTURE(width);
    const Visit page = visit(browser, path, "", R"(
      const boxes = [...document.querySelectorAll('.pictures img')]
        .map((image) => image.getBoundingClientRect());
      return { count: boxes.length, sizes: new Set(boxes.map((b) => Math.round(b.width))).size };)",
                             width, height);
    CHECK(page.errors == Json::array());
    CHECK(page.result["count"] == 10);
    CHECK(page.result["sizes"] == 1);
  }
}

TEST_CASE("viz replays a report") {
  const TemporaryFolder folder;
  const std::string path = folder / "x.html", replay = "replay " + path + " --in " + weights;
  REQUIRE(run_viz("maximise " + tiny + " --class 3 --steps 6 --seed 4 -o " + (folder / "x.png") +
                  " --report " + path)
              .code == 0);
  CHECK(run_viz(replay + " --threads 2").code == 0);

  std::string page = slurp(path);
  const std::size_t place = page.find("\"values\":[") + 10;
  page.replace(place, page.find(',', place) - place, "77");
  std::ofstream(path, std::ios::binary) << page;
  const Run different = run_viz(replay);
  CHECK(different.code == 1);
  CHECK(different.out.find("data/panels/0/curves/0/values/0: 77 in the file") !=
        different.out.npos);

  std::ofstream(path, std::ios::binary) << "<html></html>";
  const Run refused = run_viz(replay);
  CHECK(refused.code == 3);
  CHECK(one_line(refused.err));
}
