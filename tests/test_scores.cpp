#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>
#include <numbers>

#include "autograd/node.hpp"
#include "nn/io/description.hpp"
#include "nn/io/model_file.hpp"
#include "programs.hpp"
#include "test_data_files.hpp"
#include "viz/neighbours.hpp"
#include "viz/pictures/npy.hpp"
#include "viz/scores.hpp"

namespace {

using namespace glass;
using namespace glass::viz;

/// A picture of two channels whose pixels are f(y, x), in the second one half of it.
Tensor picture(Index H, Index W, const std::function<double(Index, Index)>& f) {
  Tensor x = Tensor::empty({1, 2, H, W});
  for (Index i = 0; i < H * W; ++i) {
    x.mutable_data()[i] = static_cast<real>(f(i / W, i % W));
    x.mutable_data()[H * W + i] = x.data()[i] / 2;
  }
  return x;
}

/// A wave with so many cycles on 16 pixels down and across.
Tensor wave(double down, double across) {
  return picture(16, 16, [=](Index y, Index x) {
    const double cycles = (down * static_cast<double>(y) + across * static_cast<double>(x)) / 16;
    return 0.5 + 0.4 * std::cos(2 * std::numbers::pi * cycles + 1);
  });
}

/// Names the half, left (0) or right (1), of an image of 6 x 6 pixels that is brighter. The usual
/// pixel is black.
nn::Model half_model() {
  nn::Model model = nn::parse_description(
      R"({"name": "halves", "input": {"shape": [1, 6, 6], "mean": [0], "std": [1]},
          "layers": [{"type": "Flatten"},
                     {"type": "Linear", "in_features": 36, "out_features": 2}]})",
      "halves", 0);
  for (const auto& [name, tensor] : model.parameters()) {
    for (Index i = 0; i < tensor.size(); ++i) {
      const bool left = i % 6 < 3, for_left = i < 36;
      tensor.mutable_data()[i] = tensor.size() == 72 && left == for_left ? real(1) : real(0);
    }
  }
  model.eval();
  return model;
}

}  // namespace

TEST_CASE("mean_variation: of a ramp its slope, of a checkerboard 2") {
  const auto ramp = [](Index, Index x) { return 0.25 * static_cast<double>(x); };
  const auto board = [](Index y, Index x) { return static_cast<double>((x + y) % 2); };
  const double mean_of_channels = 0.75;
  CHECK(mean_variation(picture(3, 5, ramp)).at(0) == doctest::Approx(0.25 * mean_of_channels));
  CHECK(mean_variation(picture(4, 7, board)).at(0) == doctest::Approx(2 * mean_of_channels));
  CHECK(mean_variation(Tensor::from({1, 1, 1, 3}, {0, 1, 1})).at(0) == doctest::Approx(0.5));
  CHECK(mean_variation(Tensor::from({2, 1, 1, 2}, {0, 1, 1, 1})) == std::vector<double>{1, 0});
}

TEST_CASE("high_frequency_share: none of slow waves, all of fast ones, no matter how bright") {
  for (const auto& [down, across] : {std::pair<double, double>{0, 2}, {4, 0}, {2, 3}}) {
    CHECK(high_frequency_share(wave(down, across)).at(0) < 1e-6);
  }
  for (const auto& [down, across] : {std::pair<double, double>{0, 6}, {5, 0}, {3, 3}, {12, 11}}) {
    const double share = high_frequency_share(wave(down, across)).at(0);
    CHECK(share == doctest::Approx(1).epsilon(1e-6));
  }
  const double half = high_frequency_share(0.5 * (wave(0, 2) + wave(0, 6))).at(0);
  CHECK(half == doctest::Approx(0.5).epsilon(1e-4));
  CHECK(high_frequency_share(picture(7, 5, [](Index, Index) { return 0.3; })).at(0) == 0);
}

TEST_CASE("neighbours: brightness does not count, ties go to the smaller class") {
  const Tensor pictures = Tensor::from({3, 1, 1, 3}, {0, 0, 1,  //
                                                      1, 0, 0,  //
                                                      .5, .5, .5});
  Neighbours neighbours(pictures, 3);
  neighbours.add(Tensor::from({3, 1, 1, 3}, {.4, .4, .9,  // like the first, darker and brighter
                                             .9, .1, 0,   //
                                             0, .1, 1}),
                 {2, 1, 2});
  neighbours.add(Tensor::from({2, 1, 1, 3}, {1, 0, .1,  //
                                             0, 1, 0}),
                 {0, 3});
  CHECK(neighbours.majority(0) == 2);
  CHECK(neighbours.majority(1) == 0);  // one each of 0, 1 and 3
  CHECK(neighbours.cosine(0) == doctest::Approx(1));
  CHECK(neighbours.cosine(1) ==
        doctest::Approx((1 - 1.1 / 3) / std::sqrt(2. / 3 * (1.01 - 1.21 / 3))));
  CHECK(neighbours.cosine(2) == 0);
}

TEST_CASE("shift_stability: the share of shifts after which the class is named") {
  nn::Model model = half_model();
  const Tensor images = Tensor::zeros({3, 1, 6, 6});
  images.mutable_data()[2 * 6 + 2] = 1;  // leaves the left half if it goes right
  images.mutable_data()[36 + 2 * 6 + 0] =
      1;  // stays there; gone, nothing is left, and that is class 0
  images.mutable_data()[72 + 0 * 6 + 3] = 1;  // leaves the right half, or the image
  CHECK(shift_stability(model, images, {0, 0, 1}) == std::vector<double>{0.75, 1, 0.5});
  CHECK(shift_stability(model, images, {1, 1, 0}) == std::vector<double>{0.25, 0, 0.5});
  model.mean = model.std = {},
  model.usual = {0.5};  // grey comes in, and makes the half where it does the brighter one
  CHECK(shift_stability(model, images, {0, 0, 1}) == std::vector<double>{0.75, 0.75, 0.5});
}

TEST_CASE("mean_lead: of the class's logit, where the picture is and moved to eight places") {
  const nn::Model model = half_model();
  const Tensor images = Tensor::zeros({3, 1, 6, 6});
  images.mutable_data()[2 * 6 + 2] = 1;       // goes over to the right half in three of nine
  images.mutable_data()[36 + 2 * 6 + 0] = 1;  // is gone in three, and nobody leads
  images.mutable_data()[72 + 0 * 6 + 3] = 1;  // is gone in three, and in two on the left
  const std::vector<double> lead = mean_lead(model, images, {0, 0, 1});
  CHECK(lead[0] == doctest::Approx(3. / 9));
  CHECK(lead[1] == doctest::Approx(6. / 9));
  CHECK(lead[2] == doctest::Approx(2. / 9));
  CHECK(mean_lead(model, images, {1, 1, 0})[0] == doctest::Approx(-3. / 9));
}

TEST_CASE("mean_distance: of hidden layers, after the best shift") {
  const nn::Model model = half_model();  // its hidden layer is the pixels
  const Tensor images = Tensor::zeros({3, 1, 6, 6});
  images.mutable_data()[2 * 6 + 2] = 1;
  images.mutable_data()[36 + 3 * 6 + 2] = 1;
  const Tensor two = narrow(images, 0, 0, 2);
  CHECK(mean_distance(model, two, 0) == doctest::Approx(std::sqrt(2)));
  CHECK(mean_distance(model, two, 1) == 0);
  // The black one is 1 away from both, unless they leave the image.
  CHECK(mean_distance(model, images, 1) == doctest::Approx(4. / 6));
  CHECK(mean_distance(model, images, 3) == doctest::Approx(2. / 6));
}

TEST_CASE("score: two networks, and bytes instead of floats") {
  const nn::Model model = nn::load_model(mnist_json), judge = nn::load_model(tiny_json);
  Rng rng(1);
  const Tensor images = Tensor::uniform({60, 1, 28, 28}, rng);
  const NoGrad no_grad;
  const Tensor own = softmax(model.outputs(model.logits_layer(), images).back());
  const Tensor other = softmax(judge.outputs(judge.logits_layer(), images).back());
  std::vector<Index> classes(60);
  for (std::size_t n = 0; n < classes.size(); ++n) classes[n] = static_cast<Index>(n % 10);
  const std::vector<Score> scores = score(model, judge, images, classes);
  REQUIRE(scores.size() == 60);
  for (std::size_t n = 0; n < scores.size(); ++n) {
    const Index row = static_cast<Index>(n) * 10;
    CHECK(scores[n].label == classes[n]);
    CHECK(scores[n].own_probability == doctest::Approx(own.data()[row + classes[n]]));
    CHECK(scores[n].judge_probability == doctest::Approx(other.data()[row + classes[n]]));
    CHECK(other.data()[row + scores[n].judge_class] >= other.data()[row + classes[n]]);
  }

  // In the first picture, what makes the right half brighter is less than half a step of 8 bits.
  const nn::Model halves = half_model();
  const Tensor faint = Tensor::zeros({2, 1, 6, 6});
  faint.mutable_data()[5] = real(0.001);
  faint.mutable_data()[36 + 5] = real(0.01);
  const std::vector<Score> rounded = score(halves, halves, faint, {1, 1});
  CHECK(rounded[0].judge_class == 1);
  CHECK_FALSE(rounded[0].same_after_8_bits);
  CHECK(rounded[1].same_after_8_bits);
}

TEST_CASE("viz judge reports of pictures what maximise reported, painted anew or read") {
  const TemporaryFolder folder;
  const Run painted = run_viz("maximise " + mnist_json + " --class all --steps 20 --json -o " +
                              (folder / "x.png") + " --npy " + (folder / "x.npy"));
  REQUIRE(painted.code == 0);
  const Run read = run_viz("judge " + mnist_json + " --judge " + tiny_json + " --json --images " +
                           (folder / "x.npy"));
  const Run anew =
      run_viz("judge " + mnist_json + " --judge " + tiny_json + " --json --maximise --steps 20");
  REQUIRE(read.code == 0);
  CHECK(read.out == anew.out);
  const auto classes = nlohmann::json::parse(painted.out)["classes"];
  const auto report = nlohmann::json::parse(read.out);
  CHECK(report["model"] == "mnist-cnn");
  CHECK(report["judge"] == "tiny");
  REQUIRE(report["pictures"].size() == 10);
  double own = 0;
  for (std::size_t k = 0; k < 10; ++k) {
    const auto& one = report["pictures"][k];
    CHECK(one["class"] == std::to_string(k));
    CHECK(one["own_probability"] == classes[k]["probability"]);
    CHECK(one["judge_correct"] == (one["judge_class"] == one["class"]));
    CHECK_FALSE(one.contains("cosine"));
    own += one["own_probability"].get<double>() / 10;
  }
  CHECK(report["summary"]["own_probability"].get<double>() == doctest::Approx(own));
  CHECK(report["controls"].size() == 1);
  CHECK(report["controls"]["noise"].size() == 10);
}

TEST_CASE("viz judge compares with the data, and finds the judge that the model names") {
  const TemporaryFolder folder;
  data_files::write_square_folder(folder);
  for (const std::string name : {"squares-cnn", "squares-judge"}) {
    nn::Model model = nn::parse_description(data_files::square_model, name, name.size());
    model.name = name;
    model.weights = name + ".safetensors";
    model.judge = "squares-judge.json";
    nn::save_model(model, folder / (name + ".json"));
  }
  const std::string judge = viz_program + " judge " + (folder / "squares-cnn.json") + " --data " +
                            (folder / "") + " --maximise --steps 3";
  const Run json = run_program(judge + " --json"), table = run_program(judge);
  REQUIRE(json.code == 0);
  REQUIRE(table.code == 0);
  const auto report = nlohmann::json::parse(json.out);
  CHECK(report["judge"] == "squares-judge");
  CHECK_FALSE(report.contains("spread"));  // of one picture each
  const Run several = run_program(judge + " --count 3 --variety 1 --restarts 2 --json");
  REQUIRE(several.code == 0);
  const auto spread = nlohmann::json::parse(several.out)["spread"];
  REQUIRE(spread.size() == 3);
  for (const auto& one : spread) {
    CHECK(one["pictures"] == 3);
    CHECK(one["real_distance"] > 0);
    CHECK(one["share"].get<double>() ==
          doctest::Approx(one["distance"].get<double>() / one["real_distance"].get<double>()));
  }
  for (const char* group : {"noise", "class_mean", "real"}) {
    REQUIRE(report["controls"][group].size() == 3);
  }
  for (const auto& mean : report["controls"]["class_mean"]) CHECK(mean["nearest_correct"] == true);
  for (const auto& real : report["controls"]["real"]) {
    CHECK(real["cosine"].get<double>() > 0.5);
    CHECK(real["total_variation_ratio"].get<double>() == doctest::Approx(1).epsilon(0.2));
    CHECK(real["high_frequency_ratio"].get<double>() == doctest::Approx(1).epsilon(0.3));
  }
  for (const char* word : {"pictures", "noise", "class means", "real images", "25-NN", "middle"}) {
    CHECK_MESSAGE(table.out.find(word) != std::string::npos, word);
  }
  // Shares of nothing would be null.
  data_files::write(folder / "t10k-images-idx3-ubyte",
                    data_files::idx_images(60, 12, std::string(60 * 12 * 12, 'x')));
  const Run flat = run_program(judge + " --json");
  CHECK(flat.code == 3);
  CHECK(flat.out.empty());
  CHECK(flat.err.find("there is nothing to compare with") != std::string::npos);
}

TEST_CASE("viz judge answers each mistake with one line and its exit code") {
  const TemporaryFolder folder;
  const Tensor grey = Tensor::full({2, 1, 28, 28}, 0.5);
  write_npy(folder / "two.npy", grey);
  write_npy(folder / "bright.npy", grey * 3);
  write_npy(folder / "flat.npy", reshape(grey, {2, 784}));
  nn::Model squares = nn::parse_description(data_files::square_model, "", 0);
  nn::save_model(squares, folder / "squares.json");
  const std::string images = " --images " + (folder / "two.npy"),
                    tiny_judges = " --judge " + tiny_json;
  const struct {
    std::string arguments;
    int code;
  } cases[] = {
      {images + tiny_judges, 0},
      {images + tiny_judges + " --classes 3,7", 0},
      {tiny_judges, 2},
      {images + tiny_judges + " --maximise", 2},
      {images + tiny_judges + " --classes 3", 2},
      {images + tiny_judges + " --classes 3,seven", 2},
      {tiny_judges + " --maximise --steps 1 --classes 3", 2},
      {tiny_judges + " --maximise --steps 1 --class 3 --count 2", 0},
      {tiny_judges + " --maximise --objective channel:conv1:0", 2},
      {tiny_judges + " --maximise --variety 1", 2},
      {" --images " + (folder / "bright.npy") + tiny_judges, 3},
      {" --images " + (folder / "flat.npy") + tiny_judges, 3},
      {" --images " + (folder / "missing.npy") + tiny_judges, 4},
      {images + " --judge " + (folder / "squares.json"), 3},
      {images + " --judge " + (folder / "missing.json"), 4},
      {images + tiny_judges + " --data " + (folder / "missing"), 4},
      {images + tiny_judges + " --data " + (folder / ""), 3},
  };
  for (const auto& one : cases) {
    CAPTURE(one.arguments);
    const Run run = run_viz("judge " + mnist_json + one.arguments);
    CHECK(run.code == one.code);
    CHECK_MESSAGE(std::ranges::count(run.err, '\n') == (one.code == 0 ? 0 : 1), run.err);
    CHECK(run.out.empty() == (one.code != 0));
  }
  squares.judge = "nobody.json";
  nn::save_model(squares, folder / "judged.json");
  check_refused(run_viz("judge " + (folder / "judged.json") + " --maximise"), 4,
                "judged.json names it in \"judge\"; --judge takes another");
  const Run alone = run_viz("judge " + (folder / "squares.json") + " --maximise");
  CHECK(alone.code == 2);
  CHECK(alone.err.find("squares.json names none in \"judge\"") != std::string::npos);
}
