#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>

#include "browser.hpp"
#include "pages.hpp"
#include "programs.hpp"
#include "skip.hpp"
#include "test_data_files.hpp"
#include "viz/pages/report.hpp"

using namespace glass;
using pages::data_of, pages::Json, pages::labels, pages::panel;
using viz::Report;

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
  const std::string same = "maximise " + tiny_json + " --class 3 --steps 12 -o ";
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
    const Run run = run_viz("maximise " + tiny_json + " " + arguments + " -o " +
                            (folder / "x.png") + " --report " + (folder / "x.html"));
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
  const std::string same =
      "maximise " + tiny_json + " --class 3 --steps 2 -o " + (folder / "x.png");
  const Run nowhere = run_viz(same + " --report " + (folder / "no/such/folder.html"));
  CHECK(nowhere.code == 4);
  CHECK(one_line(nowhere.err));
  const Run restarts = run_viz(same + " --restarts 2 --report " + (folder / "x.html"));
  CHECK(restarts.code == 2);
  CHECK(one_line(restarts.err));
  CHECK_FALSE(std::filesystem::exists(folder / "x.html"));
}

TEST_CASE("viz replays a report") {
  const TemporaryFolder folder;
  const std::string path = folder / "x.html", replay = "replay " + path + " --in " + weights_folder;
  REQUIRE(run_viz("maximise " + tiny_json + " --class 3 --steps 6 --seed 4 -o " +
                  (folder / "x.png") + " --report " + path)
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
