#include <doctest/doctest.h>

#include "nn/io/model_file.hpp"
#include "nn/io/sha256.hpp"
#include "programs.hpp"
#include "tensors.hpp"
#include "viz/start.hpp"
#include "viz/web/painter.hpp"

using namespace glass;
using namespace glass::viz;

namespace {

constexpr const char* painter_network = "mnist-robust.json";

web::Json painter_run(const web::Json& settings) {
  return {{"objective", "logit:index:3"}, {"seed", 5}, {"settings", settings}};
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
                       "start 'white': expected noise or grey", Error);
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
}
