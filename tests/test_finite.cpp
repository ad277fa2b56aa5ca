#include <doctest/doctest.h>

#include <limits>

#include "nn/io/description.hpp"
#include "nn/io/model_file.hpp"
#include "programs.hpp"
#include "test_data_files.hpp"
#include "viz/diagnosis.hpp"
#include "viz/finite.hpp"
#include "viz/invert.hpp"
#include "viz/maximise.hpp"
#include "viz/pictures/png.hpp"
#include "viz/saliency.hpp"
#include "viz/scores.hpp"

using namespace glass;
using namespace glass::viz;

namespace {

constexpr real quiet_nan = std::numeric_limits<real>::quiet_NaN();

/// Three classes of images [1,4,4], told apart by these layers.
nn::Model network(const std::string& layers, const std::string& input = "") {
  return nn::parse_description(R"({"name": "net", "input": {"shape": [1, 4, 4])" + input +
                                   R"(}, "layers": [)" + layers + "]}",
                               "net.json", 0);
}

const std::string flatten_layer = R"({"type": "Flatten"}, )",
                  linear_layer = R"({"type": "Linear", "in_features": 16, "out_features": 3})",
                  square_layer = R"({"type": "Linear", "in_features": 16, "out_features": 16}, )",
                  batch_norm_layer = R"({"type": "BatchNorm2d", "num_features": 1}, )";

void fill(nn::Model& model, const std::string& key, double value) {
  for (const auto& tensors : {model.parameters(), model.buffers()})
    for (const auto& [name, tensor] : tensors) {
      if (name != key) continue;
      for (real& element : Tensor(tensor).mutable_values()) element = static_cast<real>(value);
    }
}

nn::Model with_negative_variance() {
  nn::Model model = network(batch_norm_layer + flatten_layer + linear_layer);
  fill(model, "0.running_var", -1);
  return model;
}

/// All is finite but the gradient, which is 1e40 times that of the logit before the pixels' scale
/// brings it back.
nn::Model with_infinite_gradient() {
  nn::Model model =
      network(flatten_layer + square_layer + linear_layer, R"(, "mean": [0], "std": [1e38])");
  for (const char* key : {"1.weight", "2.weight"}) fill(model, key, 1e20);
  return model;
}

/// The logit of class 0 leaves single precision once the left half is white and the right one black.
nn::Model with_infinite_peak() {
  nn::Model model = network(flatten_layer + linear_layer);
  fill(model, "1.weight", 0);
  Tensor weight = model.parameters().front().tensor;
  for (Index i = 0; i < 16; ++i) {
    weight.mutable_values()[static_cast<std::size_t>(i)] = real(i % 4 < 2 ? 6e37 : -6e37);
  }
  return model;
}

const Tensor grey_image = Tensor::full({1, 1, 4, 4}, 0.5);

}  // namespace

TEST_CASE("not finite: values are counted by kind") {
  constexpr real inf = std::numeric_limits<real>::infinity();
  const auto count = [](std::vector<real> values) { return count_not_finite(values, "numbers"); };
  CHECK(count({1, -2, 0}).empty());
  CHECK(count({1, quiet_nan, quiet_nan}) == "2 of 3 numbers are NaN");
  CHECK(count({-inf, 1}) == "1 of 2 numbers are infinite");
  CHECK(count({inf, quiet_nan}) == "2 of 2 numbers are infinite or NaN");
  CHECK(all_finite({grey_image, Tensor()}));
  CHECK_FALSE(all_finite({grey_image, Tensor::scalar(quiet_nan)}));
}

TEST_CASE("not finite: the first layer that gives it is named, by every function that asks") {
  nn::Model model = with_negative_variance();
  model.eval();
  const Objective objective(model, "logit:0");
  const doctest::Contains named("outputs of batchnorm1 are NaN");
  CHECK_THROWS_WITH_AS(saliency(model, objective, grey_image), named, FileError);
  CHECK_THROWS_WITH_AS(maximise(model, objective, grey_image, {}), named, FileError);
  CHECK_THROWS_WITH_AS(logits_of(model, grey_image), named, FileError);
  CHECK_THROWS_WITH_AS(objective.probability(model, grey_image), named, FileError);
  CHECK_THROWS_WITH_AS(invert(model, 2, grey_image, {}), named, FileError);

  fill(model, "0.running_var", 1);
  fill(model, "2.weight", 1e38);
  CHECK_THROWS_WITH_AS(logits_of(model, grey_image),
                       doctest::Contains("net: 3 of 3 outputs of linear1 are infinite"), FileError);
}

TEST_CASE("not finite: a layer that is not looked at may give what it will") {
  nn::Model model = network(batch_norm_layer + flatten_layer + linear_layer);
  fill(model, "2.weight", quiet_nan);
  CHECK(maximise(model, Objective(model, "layer:batchnorm1"), grey_image, {.steps = 2}).steps == 2);
}

TEST_CASE("not finite: a normalisation that is none, and a sum that is too large") {
  nn::Model model = network(flatten_layer + linear_layer, R"(, "mean": [0], "std": [1e-300])");
  model.eval();
  CHECK_THROWS_WITH_AS(logits_of(model, grey_image),
                       doctest::Contains("normalised by mean and std"), FileError);
  nn::Model large = network(flatten_layer + linear_layer);
  fill(large, "1.weight", 1e30);
  CHECK_THROWS_WITH_AS(saliency(large, Objective(large, "layer:linear1"), grey_image),
                       doctest::Contains("'square'"), FileError);
}

TEST_CASE("not finite: of gradients, the layer that hands them back") {
  nn::Model model = with_infinite_gradient();
  model.eval();
  CHECK(all_finite({logits_of(model, grey_image)}));
  const Objective objective(model, "logit:0");
  const doctest::Contains named("gradients that linear1 hands back are infinite");
  CHECK_THROWS_WITH_AS(saliency(model, objective, grey_image), named, FileError);
  CHECK_THROWS_WITH_AS(maximise(model, objective, grey_image, {}), named, FileError);
}

TEST_CASE("not finite: in the middle of a run, the step is named as well") {
  nn::Model model = with_infinite_peak();
  const Objective objective(model, "logit:0");
  const MaximiseOptions plain{.regulariser = {.tv = 0, .l2 = 0}, .jitter = 0};
  int steps = 0;
  const auto paint = [&] {
    maximise(model, objective, grey_image, plain, [&](const MaximiseStep& step) {
      CHECK(all_finite({step.image}));
      return ++steps > 0;
    });
  };
  CHECK_THROWS_WITH_AS(paint(), doctest::Contains("1 of 3 outputs of linear1 are infinite"),
                       FileError);
  CHECK(steps > 3);
  CHECK_THROWS_WITH_AS(paint(), doctest::Contains(text("net: in step ", steps + 1).c_str()),
                       FileError);
}

TEST_CASE("viz: NaN in a network ends every command with 3, one line, and no output") {
  const TemporaryFolder folder;
  const std::string model = folder / "net.json", picture = folder / "grey.png",
                    out = folder / "out";
  nn::Model damaged = with_negative_variance();
  damaged.weights = "net-weights.json";
  nn::save_model(damaged, model);
  write_png(picture, Image(4, 4, 1, 128));
  for (const std::string& command :
       {"classify " + model + " " + picture, "classify --json " + model + " " + picture,
        "saliency " + model + " " + picture + " --json --npy " + out + ".npy -o " + out,
        "saliency " + model + " " + picture + " --class 1 --objective softmax -o " + out,
        "maximise " + model + " --class all --json --npy " + out + ".npy -o " + out,
        "maximise " + model + " --class 0 --steps 0 -o " + out,
        "maximise " + model + " --class 0 --watch --report " + out + ".html -o " + out,
        "gallery " + model + " -o " + out, "process " + model + " --class 0 -o " + out,
        "regulariser " + model + " --class 0 --judge " + model + " -o " + out,
        "invert " + model + " " + picture + " --layer all --json -o " + out,
        "judge " + model + " --maximise --json --judge " + model, "tape " + model,
        "tape " + model + " --mode maximise --format json",
        "tape " + model + " --image " + picture + " -o " + out + ".html"}) {
    CAPTURE(command);
    const Run run = run_viz(command);
    CHECK(run.code == 3);
    CHECK_MESSAGE(one_line(run.err), run.err);
    CHECK_MESSAGE(run.err.find("outputs of batchnorm1 are NaN") != std::string::npos, run.err);
    CHECK(run.out.empty());
    CHECK(std::distance(std::filesystem::directory_iterator(folder / ""),
                        std::filesystem::directory_iterator()) == 3);
  }
}

TEST_CASE("viz tape: what only training makes infinite is named too") {
  const TemporaryFolder folder;
  const std::string path = folder / "net.json";
  // d loss / d weight of the first layer is 1e10 from above times 1e30 from below.
  nn::Model model =
      network(flatten_layer + square_layer + linear_layer, R"(, "mean": [0], "std": [1e-30])");
  fill(model, "1.weight", 1e-30);
  fill(model, "2.weight", 0);
  std::ranges::fill(model.parameters()[2].tensor.mutable_values().first(16), real(1e10));
  model.weights = "net-weights.json";
  nn::save_model(model, path);
  const Run training = run_viz("tape " + path + " --class 1");
  CHECK(training.code == 3);
  CHECK(training.out.empty());
  CHECK_MESSAGE(training.err.find("net: in training: ") != std::string::npos, training.err);
  CHECK(training.err.find("gradients that linear1 hands back are infinite") != std::string::npos);
  CHECK(run_viz("tape " + path + " --class 1 --mode maximise").code == 0);
}

TEST_CASE("viz tape: batch normalisation that cannot be trained on one image") {
  const TemporaryFolder folder;
  const std::string path = folder / "net.json";
  data_files::write(path, R"({"name": "net", "input": {"shape": [1, 4, 4]}, "layers": [
    {"type": "AvgPool2d", "kernel_size": 4}, {"type": "BatchNorm2d", "num_features": 1},
    {"type": "Flatten"}, {"type": "Linear", "in_features": 1, "out_features": 2}]})");
  const Run refused = run_viz("tape " + path);
  CHECK(refused.code == 3);
  CHECK_MESSAGE(one_line(refused.err), refused.err);
  CHECK(refused.err.find("batchnorm1 cannot be trained on one image") != std::string::npos);
  CHECK(run_viz("tape " + path + " --mode maximise").code == 0);
}
