#include <doctest/doctest.h>

#include "nn/io/files.hpp"
#include "nn/io/model_file.hpp"
#include "nn/io/sha256.hpp"
#include "programs.hpp"
#include "tensors.hpp"
#include "viz/attribution.hpp"
#include "viz/pictures/picture.hpp"
#include "viz/start.hpp"
#include "viz/web/inverter.hpp"
#include "viz/web/painter.hpp"
#include "viz/web/teacher.hpp"
#include "viz/web/viewer.hpp"

using namespace glass;
using namespace glass::viz;

namespace {

constexpr const char* painter_network = "mnist-robust.json";

web::Json painter_run(const web::Json& settings) {
  return {{"objective", "logit:index:3"}, {"seed", 5}, {"settings", settings}};
}

Image photograph_of(const std::string& name) {
  const std::string path = GLASS_SOURCE_DIR "/docs/samples/" + name;
  return decode_picture(nn::read_file(path, max_picture_bytes), path, 3);
}

/// One stroke, from (x0,y0) to (x1,y1), as somebody draws it: white on black.
Image drawing_of(Index x0, Index y0, Index x1, Index y1) {
  Image image(56, 56, 3);
  for (Index step = 0; step <= 60; ++step)
    for (Index v = -3; v <= 3; ++v)
      for (Index u = -3; u <= 3; ++u)
        for (Index c = 0; c < 3; ++c) {
          image.at(x0 + (x1 - x0) * step / 60 + u, y0 + (y1 - y0) * step / 60 + v, c) = 255;
        }
  return image;
}

}  // namespace

TEST_CASE("the page's painter paints what maximise does, with what the network recommends") {
  web::Painter painter(weights_folder + painter_network);
  const web::Json network = painter.network();
  CHECK(network["name"] == "mnist-robust");
  CHECK(network["input"] == web::Json{1, 28, 28});
  CHECK(network["classes"].size() == 10);
  CHECK(network["layers"][0] ==
        web::Json{{"name", "conv1"}, {"type", "Conv2d"}, {"shape", {1, 24, 28, 28}}});
  CHECK(network["settings"]["l2"]["value"] == 2);
  CHECK(network["settings"]["lr"]["value"] == 0.05);
  CHECK(network["settings"]["init-noise"]["value"] == 0.1);

  const web::Json begun = painter.begin(painter_run({{"tv", 0.25}}));
  CHECK(begun == web::Json{{"pictures", 1}, {"labels", {"3"}}, {"of_class", true}});
  const web::Json seen = painter.advance(6, false);
  CHECK(seen["step"] == 6);
  CHECK(seen["probability"].size() == 1);

  nn::Model model = nn::load_model(weights_folder + painter_network);
  const Objective objective(model, "logit:3");
  MaximiseOptions options{.regulariser = {.tv = 0.25, .beta = 1, .l2 = 2}, .jitter = 1, .seed = 5};
  options.stop_after = 6;
  const Tensor init = initial_noise(model, {3}, 5, 0.1);
  const std::vector<real> same = testing::numbers(maximise(model, objective, init, options).images);
  CHECK(testing::numbers(painter.images()) == same);

  painter.begin(painter_run({{"tv", 0.25}}));  // the same start
  CHECK(testing::numbers(painter.images()) == testing::numbers(init));
  painter.advance(5, false);
  painter.advance(1, true);
  CHECK(testing::numbers(painter.images()) == same);
  CHECK(painter.digest() == weights_sha256(model));
}

TEST_CASE(
    "the page's knobs count from the next step on, and what cannot be is refused in one line") {
  web::Painter painter(weights_folder + painter_network);
  painter.begin(painter_run({}));
  painter.advance(2, false);
  const std::vector<real> before = testing::numbers(painter.images());
  painter.change(painter_run({{"lr", 0}}));
  CHECK(painter.advance(2, false)["moved"] == 0);
  CHECK(testing::numbers(painter.images()) == before);

  const auto refused = [&](const web::Json& run, const char* line) {
    CHECK_THROWS_WITH_AS(painter.change(run), line, Error);
  };
  refused(painter_run({{"tv", -1}}), "tv: expected a number from 0 to 1e+06, found -1");
  refused(painter_run({{"jitter", 0.5}}),
          "jitter: expected a whole number from 0 to 1000, found 0.5");
  refused(painter_run({{"wonder", 1}}), "'wonder': there is no such setting");
  refused({{"objective", "logit:4"}, {"seed", 5}}, "objective: cannot change during a run");
  CHECK_THROWS_WITH_AS(painter.begin({{"objective", "logit:3"}, {"start", "white"}}),
                       "start 'white': expected noise, grey or picture", Error);
  CHECK_THROWS_WITH_AS(painter.begin({{"objective", "logit:3"}, {"seed", -1}}),
                       "seed: expected a whole number from 0, found -1", Error);
  CHECK(testing::numbers(painter.images()) == before);  // the run goes on
}

TEST_CASE("the page's tapes: painting trains the picture alone, training the weights alone") {
  web::Painter painter(weights_folder + painter_network);
  painter.begin(painter_run({}));
  CHECK_THROWS_WITH_AS(painter.tapes(), "tapes: no step was recorded", Error);
  painter.advance(3, true);
  const std::string before = painter.digest();
  const web::Json tapes = painter.tapes()["tapes"];
  CHECK(painter.digest() == before);
  CHECK(tapes[0]["mode"] == "training");
  CHECK(tapes[0]["trainable"] == 313514);
  CHECK(tapes[0]["weights"] > 0);
  CHECK(painter.tapes()["tapes"][0]["weights"] == tapes[0]["weights"]);
  CHECK(tapes[0]["image"].is_null());
  CHECK(tapes[1]["trainable"] == 28 * 28);
  CHECK(tapes[1]["weights"].is_null());
  CHECK(tapes[1]["image"] > 0);
  const std::string svg = tapes[1]["svg"];
  const std::size_t place = svg.find("class=\"op\" data-entry=\"") + 23;
  const web::Json operation = painter.operation("maximisation", std::stoul(svg.substr(place)));
  CHECK(operation["formula"]["forward"].get<std::string>().starts_with("y"));
  CHECK(operation["inputs"][0]["entry"]["role"] == "image");
  CHECK_THROWS_WITH_AS(painter.operation("training", 999),
                       "operation 999: there is none on the tape of training", Error);
  CHECK(painter.output(0).shape() == Shape{24, 28, 28});
  CHECK(painter.output(9).shape() == Shape{10, 1, 1});
  web::Painter idle(weights_folder + painter_network);
  CHECK_THROWS_WITH_AS(idle.output(0), "no run has begun, there is no picture", Error);
}

TEST_CASE(
    "the page's viewer sees what classify --fit sees, attributes it, and the painter begins with "
    "it") {
  web::Painter painter(weights_folder + painter_network);
  web::Viewer viewer(painter.model());
  CHECK_THROWS_WITH_AS(painter.begin({{"start", "picture"}}, viewer.picture()),
                       "start 'picture': there is none", Error);
  CHECK_THROWS_WITH_AS(viewer.attribute("gradient", 4), "attribution: there is nothing to see",
                       Error);
  CHECK(viewer.look(Image(40, 40, 3), true)["probabilities"].empty());  // no ink
  CHECK_FALSE(viewer.picture());

  const web::Json seen = viewer.look(photograph_of("four.jpg"), true);
  CHECK(seen["probabilities"][4].get<double>() == doctest::Approx(0.8420).epsilon(1e-3));
  CHECK(seen["probabilities"][9].get<double>() == doctest::Approx(0.1528).epsilon(1e-3));
  CHECK(web::Viewer::methods().size() == 7);
  for (const web::Json& method : web::Viewer::methods()) {
    CAPTURE(method["name"]);
    CHECK(viewer.attribute(method["name"], -1)["class"] == 4);
    CHECK(viewer.map().shape() == Shape{1, 28, 28});
  }
  viewer.attribute("gradient", 9);
  const Tensor gradient =
      viz::gradient(painter.model(), Objective(painter.model(), "logit:9"), viewer.picture(), {});
  CHECK(testing::numbers(viewer.map()) == testing::numbers(gradient));
  CHECK_THROWS_WITH_AS(viewer.attribute("wonder", 4),
                       "'wonder': there is no such method of attribution", Error);

  painter.begin({{"objective", "logit:all"}, {"start", "picture"}}, viewer.picture());
  CHECK(painter.images().shape() == Shape{10, 1, 28, 28});
  CHECK(testing::numbers(narrow(painter.images(), 0, 7, 1)) == testing::numbers(viewer.picture()));
  CHECK(painter.advance(2, false)["step"] == 2);

  CHECK_THROWS_WITH_AS(viewer.look(Image(40, 40, 3), false),
                       "mnist-robust takes pictures of 28x28, this one has 40x40", FileError);
  CHECK_FALSE(viewer.picture());
}

TEST_CASE("the page's inverter does what invert does, some steps at a time") {
  web::Painter painter(weights_folder + painter_network);
  web::Inverter inverter(painter.model());
  const web::Json asked{{"layer", 9}, {"seed", 3}, {"regulariser", true}};
  CHECK_THROWS_WITH_AS(inverter.begin({}, asked), "inversion: there is no picture", Error);
  CHECK_THROWS_WITH_AS(inverter.advance(1), "inversion: none has begun", Error);
  const Tensor picture = to_tensor(photograph_of("digit.png"));
  const Tensor digit = narrow(picture, 1, 0, 1);
  inverter.begin(digit, asked);
  inverter.advance(3);
  const web::Json half = inverter.advance(3);
  CHECK(half["step"] == 6);
  CHECK(half["steps"] == 256);
  InvertOptions options{.steps = 256, .starts = 4, .seed = 3};
  const InvertResult same = invert(painter.model(), 9, digit, options,
                                   [](const InvertStep& step) { return step.step < 6; });
  CHECK(testing::numbers(inverter.image()) == testing::numbers(same.image));
  CHECK(half["psnr"] == same.psnr);
}

TEST_CASE("the page's teacher: two signs are learnt from a drawing of each, and become a network") {
  CHECK_THROWS_WITH_AS(web::Teacher({"one"}, 0), "signs: expected at least 2, found 1", Error);
  web::Teacher teacher({"up", "across"}, 0);
  teacher.add(drawing_of(28, 8, 28, 48), 0);
  CHECK_THROWS_WITH_AS(teacher.advance(1, false), "across: expected a drawing of it", Error);
  CHECK_THROWS_WITH_AS(teacher.add(Image(56, 56, 3), 1), "across: a drawing without ink", Error);
  CHECK_THROWS_WITH_AS(teacher.tape(), "tape: no step was recorded", Error);
  teacher.add(drawing_of(8, 28, 48, 28), 1);
  web::Json last = teacher.advance(1, true);
  CHECK(last["step"] == 1);
  CHECK(last["steps"] == 150);
  CHECK(last["right"] <= 0.75);
  CHECK(teacher.tape()["svg"].get<std::string>().find("cross_entropy") != std::string::npos);
  last = teacher.advance(29, false);
  CHECK(last["right"] == 1);

  const TemporaryFolder folder;
  teacher.save(folder / "signs.json");
  web::Painter painter(folder / "signs.json");
  CHECK(painter.network()["classes"] == web::Json{"up", "across"});
  web::Viewer viewer(painter.model());
  CHECK(viewer.look(drawing_of(30, 6, 24, 46), true)["probabilities"][0] > 0.8);
  CHECK(viewer.look(drawing_of(6, 26, 46, 32), true)["probabilities"][1] > 0.8);
}
