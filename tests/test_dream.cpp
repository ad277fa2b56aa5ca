#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>

#include "autograd/threads.hpp"
#include "nn/io/description.hpp"
#include "nn/io/model_file.hpp"
#include "nn/io/sha256.hpp"
#include "programs.hpp"
#include "skip.hpp"
#include "tensors.hpp"
#include "terminal.hpp"
#include "viz/dream.hpp"
#include "viz/pictures/image.hpp"
#include "viz/pictures/png.hpp"
#include "viz/saliency.hpp"
#include "viz/scores.hpp"

namespace {

using namespace glass;
using namespace glass::viz;
using testing::numbers;

/// Says of a picture of 1 x 8 x 8 pixels their sum.
nn::Model sum_of_pixels() {
  nn::Model model = nn::parse_description(
      R"({"name": "sum", "input": {"shape": [1, 8, 8]}, "layers": [{"type": "Flatten"},
          {"type": "Linear", "in_features": 64, "out_features": 2}]})",
      "sum.json", 0);
  for (const auto& [name, tensor] : model.parameters()) {
    for (real& weight : tensor.mutable_values()) weight = tensor.size() == 128 ? 1 : 0;
  }
  return model;
}

/// Grey waves, too fine for a small octave.
Tensor waves(Index height, Index width) {
  const Tensor picture = Tensor::empty({1, 3, height, width});
  for (Index i = 0; i < picture.size(); ++i) {
    picture.mutable_data()[i] =
        static_cast<real>(0.5 + 0.2 * std::sin(2.2 * static_cast<double>(i)));
  }
  return picture;
}

double largest_difference(const Tensor& a, const Tensor& b) {
  double largest = 0;
  for (Index i = 0; i < a.size(); ++i) {
    largest = std::max(largest, std::abs(static_cast<double>(a.data()[i]) - b.data()[i]));
  }
  return largest;
}

}  // namespace

TEST_CASE(
    "dream: octaves are the picture's own size and smaller ones, as far as they fill a window") {
  const DreamOptions three{.octaves = 3, .octave_scale = 2};
  CHECK(octave_sizes({200, 301}, three) == std::vector<Size2>{{50, 75}, {100, 151}, {200, 301}});
  CHECK(most_octaves({200, 300}, 32, 2) == 3);
  CHECK(most_octaves({32, 300}, 32, 2) == 1);
  CHECK(most_octaves({64, 64}, 32, 2) == 2);
  CHECK(most_octaves({20, 20}, 32, 2) == 1);
}

TEST_CASE("dream: one octave without jitter is plain ascent along the normalised gradient") {
  nn::Model model = nn::load_model(cifar_json);
  const Objective objective(model, "layer:relu2");
  const Tensor picture = to_tensor(read_png(boat_png, 3));
  const std::string weights = weights_sha256(model);
  const Dream found = dream(model, objective, picture,
                            {.octaves = 1, .steps = 3, .lr = 0.02, .jitter = 0, .regulariser = {}},
                            [&](const DreamStep& step) {
                              CHECK(step.steps == 3);
                              CHECK(step.share == doctest::Approx(step.step / 3.0));
                              return true;
                            });
  Tensor x = picture.clone();
  for (int step = 0; step < 3; ++step) {
    const Tensor g = saliency(model, objective, x);
    x = x + 0.02 / mean(abs(g)).item() * g;
    for (real& pixel : x.mutable_values()) pixel = std::clamp(pixel, real(0), real(1));
  }
  CHECK(found.steps == 3);
  CHECK(found.reached);
  CHECK(largest_difference(found.picture, x) < 1e-5);
  CHECK(found.objective_before == doctest::Approx(objective(model, picture).item()));
  CHECK(found.objective_after == doctest::Approx(objective(model, x).item()));
  CHECK(found.objective_after > found.objective_before);
  CHECK(weights_sha256(model) == weights);
}

TEST_CASE("dream: without steps the picture comes back, whatever its octaves lose") {
  nn::Model model = nn::load_model(cifar_json);
  const Tensor picture = waves(71, 50);
  for (real& pixel : picture.mutable_values()) pixel = pixel > 0.5 ? 1 : 0;  // hard edges
  const Dream found = dream(model, Objective(model, "layer:relu1"), picture,
                            {.octaves = 2, .octave_scale = 1.5, .steps = 0});
  CHECK(numbers(found.picture) == numbers(picture));
  CHECK(found.steps == 0);
}

TEST_CASE("dream: what a small octave changes is added to the picture, which stays sharp") {
  nn::Model model = nn::load_model(cifar_json);
  const Tensor picture = waves(80, 100);
  const auto stop_in_the_first = [](const DreamStep& step) {
    return step.octave > 1 || step.step < 4;
  };
  const Dream found = dream(model, Objective(model, "layer:relu2"), picture,
                            {.octaves = 2, .octave_scale = 2.2, .steps = 4}, stop_in_the_first);
  CHECK(found.steps == 4);
  CHECK(found.picture.shape() == picture.shape());
  CHECK(largest_difference(found.picture, picture) > 0.02);
  CHECK(high_frequency_share(picture).front() > 0.9);
  CHECK(high_frequency_share(found.picture - picture).front() < 0.3);
}

TEST_CASE("dream: windows cover a picture of any size, and opposite edges meet") {
  nn::Model model = sum_of_pixels();
  const Objective objective(model, "logit:0");
  const auto dreamt = [&](Index height, Index width, int jitter) {
    const Tensor picture = Tensor::full({1, 1, height, width}, 0.25);
    return dream(model, objective, picture,
                 {.octaves = 1, .steps = 1, .lr = 0.125, .jitter = jitter, .regulariser = {}})
        .picture;
  };
  // Windows that do not overlap: each pixel counts once, wherever they are.
  for (const int jitter : {0, 4, 100}) {
    const Tensor found = dreamt(16, 24, jitter);
    CHECK(largest_difference(found, Tensor::full(found.shape(), 0.375)) < 1e-6);
  }
  // Of 12 pixels two windows cover four twice, which move twice as far.
  const Tensor found = dreamt(8, 12, 0);
  const double once = 0.125 * 12 / 16;
  for (Index x = 0; x < 12; ++x) {
    const bool twice = x < 2 || (x >= 6 && x < 8);
    CHECK(found.data()[x] == doctest::Approx(0.25 + (twice ? 2 : 1) * once));
  }
}

TEST_CASE("dream: a regulariser holds the change, and not the picture") {
  nn::Model model = nn::load_model(cifar_json);
  const Tensor picture = waves(40, 40);
  const auto variation = [&](const Regulariser& regulariser) {
    const Dream found = dream(model, Objective(model, "layer:relu2"), picture,
                              {.octaves = 1, .steps = 4, .lr = 0.02, .regulariser = regulariser});
    return mean_variation(found.picture - picture).front();
  };
  CHECK(variation({.tv = 1}) < 0.7 * variation({}));
  CHECK(largest_difference(dream(model, Objective(model, "layer:relu2"), picture,
                                 {.octaves = 1, .steps = 0, .regulariser = {.tv = 100}})
                               .picture,
                           picture) == 0);
}

TEST_CASE("viz dream: a picture of any size stays so, made again by any number of threads") {
  const TemporaryFolder folder;
  const std::string photo = folder / "photo.png", picture = folder / "dream.png",
                    array = folder / "dream.npy";
  write_png(photo, resize(read_png(boat_png, 3), 70, 45));
  const std::string words = "dream " + cifar_json + ' ' + photo + " --steps 2 ";
  const Run run = run_viz(words + "--layer relu3 --threads 1 -o " + picture + " --npy " + array);
  CHECK_MESSAGE(run.code == 0, run.err);
  CHECK(contains(run.out, "layer:relu3"));
  CHECK(run.out.ends_with(picture + '\n' + array + '\n'));
  const Image found = read_png(picture, 3), before = read_png(photo, 3);
  CHECK(found.width == 70);
  CHECK(found.height == 45);
  CHECK(found.pixels != before.pixels);
  for (const std::string& output : {picture, array}) {
    const Run again = run_viz("replay " + output + " --threads 2 --in " + weights_folder +
                              " --in " + (folder / ""));
    CHECK_MESSAGE(again.code == 0, again.out, again.err);
  }
  // What a network of digits sees of it, in grey.
  CHECK(run_viz("dream " + tiny_json + ' ' + photo + " --class 3 --steps 1 -o " + picture).code ==
        0);
  CHECK(read_png(picture, 1).width == 70);

  const std::string to = " -o " + (folder / "x.png");
  check_refused(run_viz(words + to), 2, "expected --layer L, --class K or an --objective");
  check_refused(run_viz(words + "--layer relu3 --class cat" + to), 2, "only one of them");
  check_refused(run_viz(words + "--layer relu9" + to), 2, "relu9");
  check_refused(run_viz(words + "--class all" + to), 2, "one picture");
  check_refused(run_viz(words + "--layer relu3 --octaves 9" + to), 2,
                "expected at most 2, whose smallest fills the 32x32 pixels that cifar10-cnn sees");
  check_refused(run_viz("dream " + cifar_json + ' ' + digit_png + " --layer relu3" + to), 3,
                "expected at least the 32x32 pixels that cifar10-cnn sees, found 28x28");
  CHECK_FALSE(std::filesystem::exists(folder / "x.png"));
}

TEST_CASE("viz dream: Ctrl-C keeps what there is, and it can be made again") {
  if (!has_terminals()) return skip("no terminals");
  const TemporaryFolder folder;
  const std::string picture = folder / "dream.png";
  const Run run = interrupted_at("step 2/", viz_program + " dream " + cifar_json + ' ' + boat_png +
                                                " --layer relu2 --steps 100000 -o " + picture);
  CHECK(run.code == 130);
  CHECK(contains(run.err, " of 100000 steps; what there was is in " + picture));
  CHECK(run_viz("replay " + picture + " --in " + weights_folder + " --in " + samples_folder).code ==
        0);
}
