#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "expected_tensors.hpp"
#include "nn/io/description.hpp"
#include "nn/io/files.hpp"
#include "nn/io/model_file.hpp"
#include "nn/io/safetensors.hpp"
#include "nn/io/sha256.hpp"
#include "programs.hpp"
#include "tensors.hpp"
#include "test_data_files.hpp"
#include "viz/attribution.hpp"
#include "viz/controls.hpp"
#include "viz/pictures/data.hpp"
#include "viz/pictures/npy.hpp"
#include "viz/pictures/png.hpp"
#include "viz/saliency.hpp"

using namespace glass;
using namespace glass::viz;
using testing::numbers;

namespace {

/// Says of a picture of 1 x 6 x 6 pixels, in two classes, the sum of its left and of its right half.
nn::Model halves() {
  nn::Model model = nn::parse_description(
      R"({"name": "halves", "input": {"shape": [1, 6, 6]}, "layers": [{"type": "Flatten"},
          {"type": "Linear", "in_features": 36, "out_features": 2}]})",
      "halves.json", 0);
  for (const auto& [name, tensor] : model.parameters()) {
    for (Index i = 0; i < tensor.size(); ++i) {
      const bool left = i % 6 < 3, for_left = i < 36;
      tensor.mutable_data()[i] = tensor.size() == 72 && left == for_left ? real(1) : real(0);
    }
  }
  return model;
}

AttributionOptions with_baseline(const Tensor& baseline) {
  AttributionOptions options;
  options.baseline = baseline;
  return options;
}

}  // namespace

/// tests/golden/make_attribution.py computed the same.
TEST_CASE("attribution: each method gives what its formula gives in PyTorch") {
  const std::string path = golden_folder + "attribution.safetensors";
  const nn::StoredTensors stored = nn::parse_safetensors(nn::read_file(path), path);
  const Tensor image = to_tensor(stored.at("image"));
  AttributionOptions options = with_baseline(to_tensor(stored.at("baseline")));
  options.samples = 6;
  options.noise = 0.2;
  options.seed = 3;
  options.steps = 16;
  options.window = 4;
  options.stride = 3;
  for (const std::string network : {"plain", "batchnorm", "residual"}) {
    nn::Model model = nn::load_model(golden_folder + "attribution-" + network + ".json");
    const Objective objective(model, "logit:2");
    options.layer = last_map(model, objective);
    const std::string before = weights_sha256(model);
    for (const NamedMethod& method : attribution_methods()) {
      CAPTURE(network);
      CAPTURE(method.name);
      const Tensor map = method.method(model, objective, image, options);
      CHECK(distance(map, to_tensor(stored.at(network + '.' + method.name))) < 1e-4);
    }
    CHECK(weights_sha256(model) == before);
  }
}

TEST_CASE("attribution: what is known of a sum of pixels") {
  nn::Model model = halves();
  const Objective objective(model, "logit:0");
  const Tensor x = Tensor::full({1, 1, 6, 6}, 0.5);
  AttributionOptions options = with_baseline(Tensor::zeros({1, 1, 6, 6}));
  options.window = 2;
  options.stride = 1;
  const auto row = [](const Tensor& map) { return std::vector(map.data(), map.data() + 6); };
  CHECK(row(gradient(model, objective, x, options)) == std::vector<real>{1, 1, 1, 0, 0, 0});
  const Tensor integrated = integrated_gradients(model, objective, x, options);
  CHECK(row(integrated) == std::vector<real>{.5, .5, .5, 0, 0, 0});
  CHECK(completeness_gap(model, objective, x, options.baseline, integrated).front() < 1e-6);
  CHECK(completeness_gap(model, objective, x, options.baseline, 2 * integrated).front() ==
        doctest::Approx(0.5));
  // A window has 2 x 2 pixels of 0.5, of which both, one or no column counts.
  CHECK(row(occlusion(model, objective, x, options)) == std::vector<real>{2, 2, 1.5, .5, 0, 0});
  CHECK(last_map(model, objective) == -1);
  CHECK_THROWS_WITH_AS(grad_cam(model, objective, x, options),
                       "Grad-CAM: logit:0 does not depend on a layer with places", Error);
  options.layer = 0;
  CHECK_THROWS_WITH_AS(grad_cam(model, objective, x, options),
                       "Grad-CAM: expected a layer whose output is [N,C,H,W], found flatten1 with "
                       "[1,36]",
                       Error);
}

TEST_CASE("attribution: each of several pictures has the map that it has alone") {
  nn::Model model = nn::load_model(golden_folder + "attribution-residual.json");
  const Objective all(model, "logit:all"), one(model, "logit:1");
  Rng rng(1);
  const Tensor x = Tensor::uniform({1, 3, 12, 10}, rng);
  AttributionOptions options = with_baseline(Tensor::zeros(x.shape()));
  options.samples = options.steps = 3;
  options.layer = last_map(model, all);
  for (const NamedMethod& method : attribution_methods()) {
    CAPTURE(method.name);
    const Tensor maps = method.method(model, all, cat({x, x, x, x}, 0), options);
    CHECK(distance(narrow(maps, 0, 1, 1), method.method(model, one, x, options)) < 1e-5);
  }
}

TEST_CASE("attribution: a cascade forgets layer by layer, from the last, and puts all back") {
  nn::Model model = nn::load_model(golden_folder + "attribution-batchnorm.json");
  const std::string learned = weights_sha256(model);
  const auto forgotten = [&](std::uint64_t seed) {
    Cascade cascade(model, seed);
    std::vector<std::string> layers;
    for (Index layer; (layer = cascade.next()) >= 0;) layers.push_back(model.layers.key(layer));
    CHECK(layers == std::vector<std::string>{"last", "conv2", "conv1"});
    return weights_sha256(model);
  };
  const std::string first = forgotten(1);
  CHECK(weights_sha256(model) == learned);
  CHECK(first != learned);
  CHECK(forgotten(2) != first);
  CHECK(forgotten(1) == first);
  {
    Cascade cascade(model, 1);
    const auto buffers = [&] {
      std::vector<real> all;
      for (const auto& [name, tensor] : model.buffers()) {
        for (const real v : numbers(tensor)) all.push_back(v);
      }
      return all;
    };
    const std::vector<real> before = buffers();
    cascade.next();
    CHECK(buffers() == before);
    cascade.next();  // with the second convolution goes what normalises it
    CHECK(buffers() != before);
  }
  try {
    Cascade cascade(model, 1);
    cascade.next();
    throw Error("in between");
  } catch (const Error&) {
  }
  CHECK(weights_sha256(model) == learned);
}

TEST_CASE("attribution: rank correlations, orders, areas and intervals") {
  CHECK(rank_correlation({1, 2, 3}, {10, 20, 1000}) == doctest::Approx(1));
  CHECK(rank_correlation({1, 2, 3}, {3, 2, -7}) == doctest::Approx(-1));
  CHECK(rank_correlation({1, 2, 2, 3}, {1, 3, 2, 4}) == doctest::Approx(4.5 / std::sqrt(22.5)));
  CHECK(rank_correlation({1, 2, 3}, {5, 5, 5}) == 0);

  CHECK(falling_order({0, 3, -1, 2}, 5) == std::vector<Index>{1, 3, 0, 2});
  const std::vector<double> equal(50);
  CHECK(falling_order(equal, 1) != falling_order(equal, 2));

  CHECK(estimate({7}).mean == 7);
  CHECK(std::isinf(estimate({7}).margin));
  CHECK(std::isnan(estimate({}).mean));
  CHECK(estimate({1, 2, 3}).mean == doctest::Approx(2));
  // Student's two-sided 5 % points, Abramowitz and Stegun, 1964, table 26.10. Of as many 0 as 1 the standard
  // error is 1/2 / sqrt(count - 1).
  for (const auto& [freedom, factor] :
       {std::pair{1, 12.706}, {3, 3.182}, {9, 2.262}, {19, 2.093}, {29, 2.045}, {119, 1.980}}) {
    CAPTURE(freedom);
    std::vector<double> values(static_cast<std::size_t>(freedom + 1));
    for (std::size_t i = 0; i < values.size(); i += 2) values[i] = 1;
    const Estimate found = estimate(values);
    CHECK(found.mean == doctest::Approx(0.5));
    CHECK(std::abs(2 * std::sqrt(freedom) * found.margin - factor) < 0.0006);
  }
  CHECK(estimate({1, 2, 3}).margin == doctest::Approx(4.302653 / std::sqrt(3)));

  nn::Model model = halves();
  model.eval();
  const Tensor white = Tensor::full({1, 1, 6, 6}, 1), black = Tensor::zeros({1, 1, 6, 6});
  std::vector<double> left(36);
  for (std::size_t i = 0; i < 36; ++i) left[i] = i % 6 < 3 ? 1 : 0;
  const auto right = falling_order(left, 0), wrong = std::vector(right.rbegin(), right.rend());
  CHECK(area_on_the_way(model, 0, white, white, right) == doctest::Approx(0.5));
  // First go 18 pixels of the left half, and with them all hope; then those that spoke against it. Of
  // 29 points on the way the two ends are 1/2, of half weight, and so is nothing in between.
  double area = 0.5 / 28;
  for (int step = 1; step < 28; ++step) {
    const int gone = 36 * step / 28, balance = std::min(gone, 18) - std::max(0, gone - 18);
    area += 1 / (1 + std::exp(double(balance))) / 28;
  }
  CHECK(area_on_the_way(model, 0, white, black, right) == doctest::Approx(area));
  CHECK(area_on_the_way(model, 0, white, black, wrong) == doctest::Approx(1 - area));
}

TEST_CASE("viz attribute: all methods on one sheet, in one array, made again") {
  const TemporaryFolder folder;
  const std::string picture = folder / "a.png", array = folder / "a.npy",
                    question = "attribute " + mnist_json + ' ' + digit_png;
  const Run run =
      run_viz(question + " --method all --samples 3 --json -o " + picture + " --npy " + array);
  REQUIRE_MESSAGE(run.code == 0, run.err);
  const auto report = nlohmann::json::parse(run.out);
  CHECK(report["index"] == 5);
  for (const char* key :
       {"gradient_norm", "gradient_x_input_norm", "smoothgrad_norm", "integrated_gradients_norm",
        "guided_backpropagation_norm", "grad_cam_norm", "occlusion_norm"}) {
    CAPTURE(key);
    CHECK(report[key].get<double>() > 0);
  }
  CHECK(report["integrated_gradients_completeness_gap"].get<double>() < 0.01);
  const Tensor maps = read_npy(array);
  CHECK(maps.shape() == Shape{7, 1, 28, 28});
  const std::string alone = folder / "alone.npy";
  for (const auto& [method, place] : {std::pair{"gradient", 0}, {"grad-cam", 5}}) {
    CAPTURE(method);
    REQUIRE(
        run_viz(question + " --method " + method + " -o " + (folder / "b.png") + " --npy " + alone)
            .code == 0);
    CHECK(numbers(read_npy(alone)) == numbers(narrow(maps, 0, place, 1)));
  }
  REQUIRE(run_viz("saliency " + mnist_json + ' ' + digit_png + " -o " + (folder / "s.png") +
                  " --npy " + alone)
              .code == 0);
  CHECK(numbers(read_npy(alone)) == numbers(narrow(maps, 0, 0, 1)));
  for (const std::string& file : {picture, array}) {
    const Run again =
        run_viz("replay " + file + " --in " + weights_folder + " --in " + samples_folder);
    CHECK_MESSAGE(again.code == 0, again.out, again.err);
  }
}

TEST_CASE("viz attribute: a baseline may be a word or a picture") {
  const TemporaryFolder folder;
  const std::string out = " --method integrated-gradients,occlusion --steps 4 -o " +
                          (folder / "a.png"),
                    words = "attribute " + tiny_json + ' ' + digit_png + " --json --baseline ";
  std::vector<double> found;
  for (const std::string& baseline :
       {std::string("usual"), std::string("black"), std::string("white"), std::string("grey"),
        std::string("blurred"), digit_png}) {
    CAPTURE(baseline);
    const Run run = run_viz(words + baseline + out);
    REQUIRE_MESSAGE(run.code == 0, run.err);
    found.push_back(nlohmann::json::parse(run.out)["occlusion_norm"]);
    CHECK(contains(run.err, "occlusion: the map of 5 is 0 everywhere") == (baseline == digit_png));
  }
  CHECK(found[0] == found[1]);  // under white digits lies black
  CHECK(found[1] != found[2]);
  CHECK(found[2] != found[3]);
  CHECK(found[3] != found[4]);
  const std::string baseline = folder / "baseline.png", picture = folder / "a.png";
  write_png(baseline, Image(28, 28, 1, 100));
  REQUIRE(run_viz(words + baseline + out).code == 0);
  const std::string replay =
      "replay " + picture + " --in " + weights_folder + " --in " + samples_folder;
  CHECK(run_viz(replay).code == 0);  // the baseline lies beside it
  write_png(baseline, Image(28, 28, 1, 101));
  check_refused(run_viz(replay), 3, "sha256 differs");
}

TEST_CASE("viz attribute --controls: a table in words, with the network as it was") {
  const TemporaryFolder folder;
  data_files::write_noise_folder(folder / "noise", false);
  const std::string picture = folder / "a.png",
                    words = "attribute " + tiny_json +
                            " --method all "
                            "--samples 2 --steps 4 --window 14 --controls --seeds 2 -o " +
                            picture;
  const Run one = run_viz(words + " --json " + digit_png);
  REQUIRE_MESSAGE(one.code == 0, one.err);
  const auto controls = nlohmann::json::parse(one.out)["controls"];
  REQUIRE(controls.size() == 7);
  for (const auto& control : controls) {
    CHECK(control["random_weights"].size() == 2);
    CHECK(control["random_weights"][0]["layer"] == "linear1");
    CHECK(control["random_weights"][1]["layer"] == "conv1");
    const double likeness = control["random_weights"][1]["correlation"]["mean"];
    CHECK(likeness >= 0);
    CHECK(likeness <= 1);
    for (const char* area : {"deletion", "insertion"}) {
      CHECK(control[area]["mean"].get<double>() > 0);
      CHECK(control[area]["mean"].get<double>() < 1);
    }
  }
  // Below the maps, each method has a chart: four to a row.
  const Image sheet = read_png(picture, 3);
  std::vector<Index> line(8);
  for (Index y = sheet.height - 2 * 192; y < sheet.height; ++y)
    for (Index x = 0; x < std::min<Index>(sheet.width, 4 * 236); ++x) {
      const bool blue = sheet.at(x, y) == 0 && sheet.at(x, y, 1) == 114 && sheet.at(x, y, 2) == 178;
      line[static_cast<std::size_t>(4 * (y >= sheet.height - 192) + x / 236)] += blue;
    }
  for (std::size_t m = 0; m < 7; ++m) CHECK_MESSAGE(line[m] > 100, m);
  CHECK(line[7] == 0);
  const Run many = run_viz(words + " --data " + (folder / "noise") + " --images 3");
  REQUIRE_MESSAGE(many.code == 0, many.err);
  for (const char* part :
       {"random weights", "other classes", "insertion", "guided backpropagation"}) {
    CHECK_MESSAGE(contains(many.out, part), part);
  }
  const Run again =
      run_viz("replay " + picture + " --in " + weights_folder + " --in " + (folder / ""));
  CHECK_MESSAGE(again.code == 0, again.out, again.err);
}

TEST_CASE("viz features: beside each channel's painting lie the images that it answers to most") {
  const TemporaryFolder folder;
  data_files::write_noise_folder(folder / "noise", false);
  const std::string picture = folder / "f.png",
                    words =
                        "features " + tiny_json + " --layer conv1 --steps 3 --json -o " + picture;
  const Run run = run_viz(words + " --examples 3 --data " + (folder / "noise"));
  REQUIRE_MESSAGE(run.code == 0, run.err);
  const auto channels = nlohmann::json::parse(run.out)["channels"];
  REQUIRE(channels.size() == 4);

  nn::Model model = nn::load_model(tiny_json);
  model.eval();
  const data::Dataset test = read_test_images(folder / "noise", model.input_shape, {});
  std::vector<Index> places;
  for (Index i = 0; i < test.size(); ++i) places.push_back(i);
  const Tensor means =
      flatten(global_avg_pool2d(model.forward_to("conv1", data::make_batch(test, places).images)));
  for (std::size_t k = 0; k < 4; ++k) {
    std::vector<double> all;
    for (Index n = 0; n < test.size(); ++n) {
      all.push_back(means.data()[n * 4 + static_cast<Index>(k)]);
    }
    std::ranges::sort(all, std::greater<>());
    REQUIRE(channels[k]["images"].size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
      const double activation = channels[k]["images"][i]["activation"];
      CHECK(activation == doctest::Approx(all[i]));
    }
  }
  const Run again =
      run_viz("replay " + picture + " --in " + weights_folder + " --in " + (folder / ""));
  CHECK_MESSAGE(again.code == 0, again.out, again.err);
  CHECK_FALSE(nlohmann::json::parse(run_viz(words).out)["channels"][0].contains("images"));
}

TEST_CASE("viz attribute and viz features answer each mistake with one line and its exit code") {
  const TemporaryFolder folder;
  const std::string attribute = "attribute " + tiny_json + ' ', of_digit = attribute + digit_png,
                    features = "features " + tiny_json, missing = folder / "missing",
                    seen = folder / "seen.png";
  const struct {
    std::string words;
    int code;
    std::string part;
  } mistakes[] = {
      {attribute, 2, "expected IMAGE, or --controls and --data DIR"},
      {of_digit + " --method gradcam", 2, "did you mean grad-cam?"},
      {of_digit + " --method occlusion --window 29", 2,
       "occlusion: expected a window within 28x28 pixels"},
      {of_digit + " --method occlusion --window 3 --stride 4", 2, "got 3 and 4"},
      {of_digit + " --method grad-cam --layer linear1", 2, "found linear1 with [1,10]"},
      {of_digit + " --method grad-cam --layer conv9", 2, "conv9"},
      {of_digit + " --method grad-cam --objective channel:conv1:0 --layer avgpool1", 2,
       "channel:conv1:0 does not depend on avgpool1"},
      {of_digit + " --baseline " + missing, 4, "missing"},
      {of_digit + " --baseline blak", 2,
       "expected usual, black, white, grey, blurred or a picture, found no such file; did you mean "
       "black?"},
      {of_digit + " --class ten --seen " + seen, 2, "class 'ten'"},
      {of_digit + " --method grad-cam --layer conv9 --seen " + seen, 2, "conv9"},
      {"attack " + tiny_json + ' ' + digit_png + " --target ten --seen " + seen, 2, "class 'ten'"},
      {of_digit + " --controls --class all", 2, "--controls: are about one class"},
      {of_digit + " --controls --objective channel:conv1:0", 2, "--controls: are about one class"},
      {of_digit + " --data " + missing, 2, "--controls"},
      {features, 2, "--layer"},
      {features + " --layer conv9", 2, "conv9"},
      {features + " --layer conv1 --data " + missing, 4, "missing"},
  };
  for (const auto& mistake : mistakes) {
    CAPTURE(mistake.words);
    check_refused(run_viz(mistake.words + " -o " + (folder / "x.png")), mistake.code, mistake.part);
  }
  CHECK_FALSE(std::filesystem::exists(folder / "x.png"));
  CHECK_FALSE(std::filesystem::exists(seen));
}
