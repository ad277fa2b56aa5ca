#include <doctest/doctest.h>

#include "browser.hpp"
#include "pages.hpp"
#include "programs.hpp"
#include "skip.hpp"
#include "test_data_files.hpp"

/// The pages in a browser: what is drawn, what keys and buttons do, at the widths that people have.
using pages::Json;

TEST_CASE("in a browser, reports draw their curves, follow address and keys, and load nothing") {
  const std::string browser = find_browser();
  if (browser.empty()) return skip("no browser (chromium, or $GLASS_BROWSER)");
  const TemporaryFolder folder;
  const std::string painted = folder / "painted.html", trained = folder / "trained.html",
                    model = folder / "squares.json";
  REQUIRE(run_viz("maximise " + tiny_json + " --class 3 --steps 12 -o " + (folder / "x.png") +
                  " --report " + painted)
              .code == 0);
  data_files::write_square_folder(folder);
  data_files::write(model, data_files::square_model);
  REQUIRE(
      run_train(model + " --data " + (folder / "") + " --batch 32 --epochs 2 --report " + trained)
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
    const Json data = pages::data_of(path);
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
  REQUIRE(run_viz("maximise " + cifar_json + " --class 3 --steps 3 -o " + (folder / "x.png") +
                  " --report " + path)
              .code == 0);
  const std::vector<std::string> layers =
      pages::labels(pages::panel(pages::data_of(path), "Size of the gradient"));
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
  REQUIRE(run_viz("maximise " + weights_folder + "mnist-robust.json --class all --steps 2 -o " +
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

TEST_CASE("in a browser, the tape's page steps forward and backward and loads nothing") {
  const std::string browser = find_browser();
  if (browser.empty()) return skip("no browser (chromium, or $GLASS_BROWSER)");
  const TemporaryFolder folder;
  REQUIRE(run_viz("tape " + mnist_json + " -o " + (folder / "t.html")).code == 0);
  const Visit page = visit(browser, folder / "t.html", "#step=2", R"(
    const current = () => [...document.querySelectorAll('.op.current')].map(
      (op) => op.closest('[data-mode]').dataset.mode + op.dataset.entry);
    const press = (key) => document.dispatchEvent(new KeyboardEvent('keydown', { key }));
    const seen = { opened: [document.querySelector('#position').textContent, current()] };
    press('ArrowRight');
    seen.key = [document.querySelector('#position').textContent, current()];
    document.querySelector('#next').click();
    seen.button = [document.querySelector('#position').textContent, current()];
    press('b');
    seen.backward = [document.querySelector('#position').textContent, current()];
    press('End');
    seen.end = document.querySelector('#position').textContent;
    seen.unreturned = document.querySelectorAll('.unreturned').length;
    press('Home');
    seen.home = document.querySelector('#position').textContent;
    const conv = document.querySelectorAll('.op')[2];
    conv.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter' }));
    seen.entered = current();
    seen.cards = [...document.querySelectorAll('.card h2')].map((h) => h.textContent);
    seen.pictures = document.querySelectorAll('.card img').length;
    return seen;)");
  CHECK(page.errors == Json::array());
  CHECK(page.requests == Json::array());
  CHECK_MESSAGE(page.console.empty(), page.console);
  const Json& seen = page.result;
  CHECK(seen["opened"][0].get<std::string>().starts_with("forward 2 of "));
  CHECK(seen["key"][0].get<std::string>().starts_with("forward 3 of "));
  CHECK(seen["button"][0].get<std::string>().starts_with("forward 4 of "));
  CHECK(seen["backward"][0].get<std::string>().starts_with("backward 1 of "));
  CHECK(seen["opened"][1] != seen["key"][1]);
  CHECK(seen["key"][1] != seen["button"][1]);
  CHECK(seen["key"][1].size() == 2);  // a node of each tape
  CHECK(seen["unreturned"] == 0);
  CHECK(seen["home"].get<std::string>().starts_with("forward 1 of "));
  CHECK(seen["entered"].size() == 2);
  CHECK(seen["cards"][0].get<std::string>().starts_with("training: relu"));
  CHECK(seen["pictures"] == 2);
}

TEST_CASE("in a browser of any width, the node that one is at is in view, and in the middle") {
  const std::string browser = find_browser();
  if (browser.empty()) return skip("no browser (chromium, or $GLASS_BROWSER)");
  const TemporaryFolder folder;
  REQUIRE(
      run_viz("tape " + weights_folder + "cifar10-robust.json -o " + (folder / "t.html")).code ==
      0);
  for (const auto& [width, height] : {std::pair{390, 844}, {800, 1000}, {1600, 900}}) {
    CAPTURE(width);
    const Visit page = visit(browser, folder / "t.html", "", R"(
      const main = document.querySelector('main');
      const press = (key) => document.dispatchEvent(new KeyboardEvent('keydown', { key }));
      const middle = (box) => [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
      const look = () => {
        const view = main.getBoundingClientRect();
        const nodes = [...document.querySelectorAll('.op.current .box')]
          .map((node) => node.getBoundingClientRect()).filter((box) => box.width > 0);
        const [x, y] = middle(nodes.at(-1)), [u, v] = middle(view);
        // As far as the drawing can be scrolled.
        const low = main.scrollTop < 1, high = main.scrollTop + main.clientHeight > main.scrollHeight - 2;
        return {
          nodes: nodes.length,
          inside: nodes.every((b) => b.left >= view.left && b.right <= view.right &&
                                     b.top >= view.top && b.bottom <= view.bottom),
          centred: Math.abs(y - v) < 3 || (low && y < v) || (high && y > v),
          card: [...document.querySelectorAll('.card')].some((card) => card.clientHeight > 0),
        };
      };
      const seen = [look()];
      for (let i = 0; i < 12; ++i) { press('ArrowRight'); seen.push(look()); }
      for (let i = 0; i < 9; ++i) { document.querySelector('#next').click(); seen.push(look()); }
      press('b');
      seen.push(look());
      for (let i = 0; i < 30; ++i) { press('ArrowRight'); seen.push(look()); }
      press('End');
      seen.push(look());
      const view = main.getBoundingClientRect();
      return { seen, wide: document.documentElement.scrollWidth > innerWidth,
               high: document.documentElement.scrollHeight > innerHeight,
               share: view.width * view.height / (innerWidth * innerHeight) };)",
                             width, height);
    CHECK(page.errors == Json::array());
    for (const Json& look : page.result["seen"]) {
      CHECK(look["nodes"] >= 1);
      CHECK(look["inside"] == true);
      CHECK(look["centred"] == true);
      CHECK(look["card"] == true);
    }
    CHECK(page.result["wide"] == false);
    CHECK(page.result["high"] == false);
    CHECK(page.result["share"] > .4);  // of the window is the drawing's
  }
}
