#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "autograd/node.hpp"
#include "autograd/threads.hpp"
#include "nn/io/description.hpp"
#include "nn/io/model_file.hpp"
#include "nn/io/sha256.hpp"
#include "programs.hpp"
#include "skip.hpp"
#include "terminal.hpp"
#include "test_data_files.hpp"
#include "viz/diagnosis.hpp"
#include "viz/invert.hpp"
#include "viz/pictures/npy.hpp"
#include "viz/pictures/png.hpp"
#include "viz/saliency.hpp"

using namespace glass;
using namespace glass::viz;

namespace {

Tensor sample() { return to_tensor(read_png(digit_png, 1)); }

/// The parameter with this key, such as "0.bias".
Tensor parameter(const nn::Model& model, const std::string& key) {
  for (const auto& [name, tensor] : model.parameters()) {
    if (name == key) return tensor;
  }
  throw Error("no parameter " + key);
}

void fill(const Tensor& tensor, real value) { std::ranges::fill(tensor.mutable_values(), value); }

/// A network whose ReLUs answer to no image, as files in `folder`; returns the description's path.
std::string write_dead_network(const TemporaryFolder& folder) {
  const std::string path = folder / "dead.json";
  data_files::write(path, R"({"name": "dead",
 "input": {"shape": [1, 28, 28]},
 "layers": [{"type": "Conv2d", "in_channels": 1, "out_channels": 2, "kernel_size": 3},
            {"type": "ReLU"},
            {"type": "Flatten"},
            {"type": "Linear", "in_features": 1352, "out_features": 3}],
 "weights": "dead-weights.json"}
)");
  const nn::Model model = nn::load_description(path);
  fill(parameter(model, "0.bias"), -1e6);
  nn::save_model(model, path);
  return path;
}

/// The answer to "why does no gradient reach this picture?".
std::string cause(const nn::Model& model, const std::string& objective, bool trainable = true) {
  Tensor image = sample();
  return diagnose(model, Objective(model, objective), image.requires_grad(trainable)).front();
}

void check_says(const std::string& line, std::initializer_list<const char*> parts) {
  for (const char* part : parts) {
    CHECK_MESSAGE(line.find(part) != std::string::npos, line, ", expected: ", part);
  }
}

}  // namespace

TEST_CASE("an inversion gives the same bits with 1, 2, 3 and 8 threads") {
  nn::Model model = nn::load_model(mnist_json);
  const auto inverted = [&](int threads) {
    kernels::set_threads(threads);
    const Tensor image = invert(model, model.layers.find("conv2"), sample(), {.steps = 20}).image;
    return std::vector<real>(image.values().begin(), image.values().end());
  };
  const std::vector<real> one = inverted(1);
  for (const int threads : {2, 3, 8}) CHECK_MESSAGE(inverted(threads) == one, threads);
  kernels::set_threads(0);
}

TEST_CASE("psnr in decibels") {
  const Tensor black = Tensor::zeros({1, 1, 4, 4});
  CHECK(psnr(black, Tensor::full({1, 1, 4, 4}, 1)) == doctest::Approx(0));
  CHECK(psnr(black, Tensor::full({1, 1, 4, 4}, 0.1)) == doctest::Approx(20));
  CHECK(psnr(black, black) == 99);
}

TEST_CASE("inverting leaves the weights alone, repeats itself, and stops where it is told to") {
  nn::Model model = nn::load_model(mnist_json);
  const std::string before = weights_sha256(model);
  const Index layer = model.layers.find("relu2");
  const InvertOptions options{.steps = 20, .starts = 2, .seed = 7};
  const InvertResult a = invert(model, layer, sample(), options);
  const InvertResult b = invert(model, layer, sample(), options);
  CHECK(weights_sha256(model) == before);
  CHECK_FALSE(model.requires_grad());
  CHECK(a.steps == 20);
  CHECK(a.error < 1);
  CHECK(std::ranges::equal(a.image.values(), b.image.values()));
  for (const real pixel : a.image.values()) CHECK((pixel >= 0 && pixel <= 1));
  const InvertResult stopped =
      invert(model, layer, sample(), options, [](const InvertStep& step) { return step.step < 3; });
  CHECK(stopped.steps == 3);
}

TEST_CASE("the first layer keeps nearly everything, the last one much less") {
  nn::Model model = nn::load_model(mnist_json);
  const auto at = [&](const char* layer) {
    return invert(model, model.layers.find(layer), sample(), {});
  };
  const InvertResult first = at("conv1"), last = at("linear2");
  CHECK(first.psnr > 40);
  CHECK(first.error < 1e-3);
  CHECK(last.error < 0.05);
  CHECK(last.psnr < first.psnr - 20);
}

TEST_CASE("a layer that says nothing of an image cannot be inverted") {
  nn::Model model = nn::load_model(mnist_json);
  fill(parameter(model, "0.bias"), -1e6);
  CHECK_THROWS_WITH_AS(invert(model, model.layers.find("relu1"), sample(), {}),
                       doctest::Contains("relu1: its output for this image is 0 everywhere"),
                       Error);
}

TEST_CASE("the diagnosis names what stops a gradient, with numbers") {
  nn::Model model = nn::load_model(mnist_json);
  CHECK(cause(model, "logit:5") != "");  // as loaded, the network is in training mode
  check_says(cause(model, "logit:5"), {"training mode", "eval()"});
  model.eval();
  CHECK(cause(model, "logit:5") == "");
  check_says(cause(model, "logit:5", false), {"frozen", "requires_grad(true)"});

  SUBCASE("dead ReLUs") {
    fill(parameter(model, "0.bias"), -1e6);
    check_says(cause(model, "logit:5"), {"relu1", "all 12544 outputs are 0", "dead ReLUs"});
  }
  SUBCASE("a saturated softmax") {
    for (const char* key : {"9.weight", "9.bias"}) {
      for (real& value : parameter(model, key).mutable_values()) value *= 1000;
    }
    check_says(cause(model, "softmax:5"), {"saturated", "above", "objective is 1", "logit"});
    check_says(cause(model, "softmax:3"), {"saturated", "below", "objective is 0", "logit"});
    CHECK(cause(model, "logit:5") == "");
  }
  SUBCASE("damaged weights") {
    parameter(model, "3.weight").mutable_values()[0] = std::numeric_limits<real>::quiet_NaN();
    check_says(cause(model, "logit:5"), {"conv2", "196 of 6272", "NaN"});
  }
}

TEST_CASE("viz invert reports what its array holds, and its outputs can be made again") {
  const TemporaryFolder folder;
  const std::string sheet = folder / "a.png", array = folder / "a.npy";
  const Run run = run_viz("invert " + mnist_json + " " + digit_png +
                          " --layer conv1 --layer relu2,linear2 --steps 60 --starts 2 --json" +
                          " -o " + sheet + " --npy " + array);
  REQUIRE_MESSAGE(run.code == 0, run.err);
  CHECK(run.err.empty());
  const auto report = nlohmann::json::parse(run.out);
  CHECK(report["model"] == "mnist-cnn");
  CHECK(report["steps"] == 60);
  CHECK(report["seed"] == 0);
  CHECK(report["outputs"].size() == 3);
  REQUIRE(report["layers"].size() == 3);
  REQUIRE(report["unregularised"].size() == 3);
  const Run without = run_viz("invert " + mnist_json + " " + digit_png +
                              " --layer conv1 --layer relu2,linear2 --steps 60 --starts 2 "
                              "--json --tv 0 --l2 0 -o " +
                              (folder / "w.png"));
  CHECK(nlohmann::json::parse(without.out)["layers"] == report["unregularised"]);

  nn::Model model = nn::load_model(mnist_json);
  model.eval();
  const NoGrad no_grad;
  const Tensor images = read_npy(array), original = sample();
  CHECK(images.shape() == Shape{3, 1, 28, 28});
  const char* names[] = {"conv1", "relu2", "linear2"};
  for (std::size_t i = 0; i < 3; ++i) {
    const auto& layer = report["layers"][i];
    CHECK(layer["name"] == names[i]);
    CHECK(report["unregularised"][i]["name"] == names[i]);
    const Tensor image = narrow(images, 0, static_cast<Index>(i), 1);
    const Tensor phi = model.forward_to(names[i], image),
                 phi0 = model.forward_to(names[i], original);
    double difference = 0, size = 0;
    for (Index j = 0; j < phi.size(); ++j) {
      difference += std::pow(static_cast<double>(phi.data()[j]) - phi0.data()[j], 2);
      size += std::pow(static_cast<double>(phi0.data()[j]), 2);
    }
    CHECK(layer["error"].get<double>() == doctest::Approx(difference / size).epsilon(1e-3));
    CHECK(layer["psnr"].get<double>() == doctest::Approx(psnr(image, original)).epsilon(1e-6));
  }
  for (const std::string& output : {sheet, folder / "a-unregularised.png", array}) {
    const Run again =
        run_viz("replay " + output + " --in " + weights_folder + " --in " + samples_folder);
    CHECK_MESSAGE(again.code == 0, again.out, again.err);
  }
}

TEST_CASE("viz invert goes through every layer that adds something") {
  const TemporaryFolder folder;
  const Run run = run_viz("invert " + mnist_json + " " + digit_png +
                          " --layer all --steps 2 --starts 1 --json -o " + (folder / "a.png") +
                          " --unregularised " + (folder / "b.png"));
  REQUIRE(run.code == 0);
  const auto report = nlohmann::json::parse(run.out);
  std::string names;
  for (const auto& layer : report["layers"]) names += layer["name"].get<std::string>() + ' ';
  CHECK(names == "conv1 relu1 maxpool1 conv2 relu2 maxpool2 linear1 relu3 linear2 ");
  CHECK(std::filesystem::exists(folder / "b.png"));
}

TEST_CASE("viz invert takes a test image of a data set") {
  const TemporaryFolder folder, elsewhere;
  std::filesystem::create_directory(folder / "squares");
  data_files::write_squares(folder / "squares/train-images-idx3-ubyte",
                            folder / "squares/train-labels-idx1-ubyte", 20, 1);
  data_files::write_squares(folder / "squares/t10k-images-idx3-ubyte",
                            folder / "squares/t10k-labels-idx1-ubyte", 5, 2);
  std::filesystem::create_directory(folder / "pictures");  // beside which there is no data set
  const std::string model = folder / "pictures/squares.json", sheet = folder / "pictures/a.png";
  data_files::write(model, data_files::square_model);
  nn::save_model(nn::load_description(model), model);

  const std::string command = viz_program + " invert " + model +
                              " --layer conv1 --steps 5 --data " + (folder / "squares/") + " -o " +
                              sheet;
  CHECK(run_program(command + " --index 5").code == 2);
  REQUIRE(run_program(command + " --index 4").code == 0);
  const std::string replay = "cd " + (elsewhere / "") + "; " + viz_program + " replay " + sheet;
  const Run refused = run_program("(" + replay + ")");
  CHECK(refused.code == 3);
  CHECK(one_line(refused.err));
  check_says(refused.err, {"needs 'squares'", "--in FOLDER"});
  CHECK(run_program("(" + replay + " --in " + (folder / "") + ")").code == 0);
}

TEST_CASE("viz invert stops at Ctrl-C") {
  if (!has_terminals()) return skip("no terminals");
  const TemporaryFolder folder;
  const Run run =
      interrupted_at("step 1/", viz_program + " invert " + mnist_json + " " + digit_png +
                                    " --layer all --steps 1000000 -o " + (folder / "a.png"));
  CHECK(run.code == 130);
  CHECK(one_line(run.err));
  CHECK_FALSE(std::filesystem::exists(folder / "a.png"));
}

TEST_CASE("viz saliency writes the derivative of the output, as finite differences confirm") {
  const TemporaryFolder folder;
  const std::string noisy = folder / "in.png", picture = folder / "a.png", array = folder / "a.npy";
  Image image = read_png(digit_png, 1);
  Rng rng(1);  // on a flat ground all maxima are ties, where there is no derivative to compare with
  for (auto& pixel : image.pixels) pixel = static_cast<std::uint8_t>(pixel * 3 / 4 + rng.below(64));
  write_png(noisy, image);
  const Run run = run_viz("saliency " + mnist_json + " " + noisy + " --class 3 --json -o " +
                          picture + " --npy " + array);
  REQUIRE_MESSAGE(run.code == 0, run.err);
  const auto report = nlohmann::json::parse(run.out);
  CHECK(report["class"] == "3");
  CHECK(report["index"] == 3);
  CHECK(report["probability"].get<double>() < 0.5);

  nn::Model model = nn::load_model(mnist_json);
  model.eval();
  const NoGrad no_grad;
  const Tensor gradient = read_npy(array);
  CHECK(gradient.shape() == Shape{1, 1, 28, 28});
  const double norm = norms(gradient).front();
  CHECK(report["gradient_norm"].get<double>() == doctest::Approx(norm));
  const auto output = [&](Index pixel, double step) {
    const Tensor x = to_tensor(image);
    x.mutable_data()[pixel] += static_cast<real>(step);
    return static_cast<double>(model(x).data()[3]);
  };
  for (Index pixel = 5; pixel < 28 * 28; pixel += 11) {
    const double step = 2e-4, slope = (output(pixel, step) - output(pixel, -step)) / (2 * step);
    CAPTURE(pixel);
    CHECK(std::abs(slope - gradient.data()[pixel]) < 0.005 * norm);
  }
  for (const std::string& file : {picture, array}) {
    const Run again =
        run_viz("replay " + file + " --in " + weights_folder + " --in " + (folder / ""));
    CHECK_MESSAGE(again.code == 0, again.out, again.err);
  }
}

TEST_CASE("viz saliency asks for the class that the network sees") {
  const TemporaryFolder folder;
  const Run run =
      run_viz("saliency " + mnist_json + " " + digit_png + " --json -o " + (folder / "a.png"));
  REQUIRE(run.code == 0);
  const auto report = nlohmann::json::parse(run.out);
  CHECK(report["index"] == 5);
  CHECK(report["probability"].get<double>() > 0.9);
}

TEST_CASE("viz saliency takes every objective, all of them side by side, and makes them again") {
  const TemporaryFolder folder;
  const std::string picture = folder / "a.png", array = folder / "a.npy";
  const auto gradient = [&](const std::string& words) {
    const Run run = run_viz("saliency " + mnist_json + " " + digit_png + " --json -o " + picture +
                            " --npy " + array + " " + words);
    REQUIRE_MESSAGE(run.code == 0, run.err);
    for (const std::string& file : {picture, array}) {
      const Run again =
          run_viz("replay " + file + " --in " + weights_folder + " --in " + samples_folder);
      CHECK_MESSAGE(again.code == 0, again.out, again.err);
    }
    return nlohmann::json::parse(run.out);
  };
  nn::Model model = nn::load_model(mnist_json);
  const auto expected = [&](const std::string& expression) {
    const Objective objective(model, expression);
    return saliency(
        model, objective,
        cat(std::vector<Tensor>(static_cast<std::size_t>(objective.pictures()), sample()), 0));
  };
  const auto same = [&](const std::string& expression) {
    const Tensor a = read_npy(array), b = expected(expression);
    return a.shape() == b.shape() && std::ranges::equal(a.values(), b.values());
  };
  CHECK(gradient("--objective softmax")["index"] == 5);
  CHECK(same("softmax:5"));
  CHECK(gradient("--class 3 --objective logprob")["class"] == "3");
  CHECK(same("logprob:3"));
  CHECK(gradient("--class 3")["probability"].get<double>() < 0.1);
  CHECK(same("logit:3"));
  const auto sum = gradient("--objective 'logit:3 - 0.5*channel:conv2:4'");
  CHECK(sum["objective"] == "logit:3 - 0.5*channel:conv2:4");
  CHECK(same("logit:3 - 0.5*channel:conv2:4"));
  const auto channels = gradient("--objective channel:conv1:all");
  CHECK(channels["gradients"].size() == 16);
  CHECK(channels["gradients"][7]["index"] == 7);
  CHECK_FALSE(channels["gradients"][7].contains("class"));
  CHECK(same("channel:conv1:all"));
  CHECK(gradient("--class all")["gradients"][9]["class"] == "9");
  CHECK(same("logit:all"));
}

TEST_CASE("viz: the advice for a saturated softmax can be followed") {
  const TemporaryFolder folder;
  const std::string path = folder / "net.json", picture = folder / "grey.png",
                    out = " -o " + (folder / "x.png");
  nn::Model model = nn::parse_description(R"({"name": "net", "input": {"shape": [1, 4, 4]},
    "layers": [{"type": "Flatten"}, {"type": "Linear", "in_features": 16, "out_features": 3},
               {"type": "Softmax"}], "weights": "w.json"})",
                                          path, 0);
  for (const nn::NamedTensor& weight : model.parameters()) {
    for (real& value : Tensor(weight.tensor).mutable_values()) value *= 1000;
  }
  nn::save_model(model, path);
  write_png(picture, Image(4, 4, 1, 128));
  const auto advice = [&](const std::string& command) {
    const Run run = run_viz(command + out);
    CHECK(run.code == 3);
    CHECK_MESSAGE(one_line(run.err), run.err);
    check_says(run.err, {"the softmax is saturated", "; try --objective "});
    std::string words = run.err.substr(run.err.find("; try ") + 6);
    words.pop_back();
    return words;
  };
  const std::string saliency = "saliency " + path + " " + picture + " ",
                    maximise = "maximise " + path + " --init grey --steps 2 ";
  CHECK(run_viz(saliency + out).code == 0);  // of the logit
  CHECK(run_viz(saliency + advice(saliency + "--objective softmax:1") + out).code == 0);
  CHECK(run_viz(saliency + "--class 1 " + advice(saliency + "--class 1 --objective logprob") + out)
            .code == 0);
  CHECK(run_viz(maximise + advice(maximise + "--objective softmax:1") + out).code == 0);
  CHECK(run_viz(maximise + "--class 1 " + advice(maximise + "--class 1 --objective softmax") + out)
            .code == 0);
}

TEST_CASE("pictures of a gradient: red up, blue down, white and black where there is none") {
  const Tensor gradient = Tensor::from({1, 3, 1, 3}, {1, -2, 0, 2, -2, 0, 3, -2, 0});
  const Image sign = draw_signed(gradient), size = draw_magnitude(gradient);
  CHECK(sign.channels == 3);
  CHECK(sign.at(0, 0, 0) > sign.at(0, 0, 2));
  CHECK(sign.at(1, 0, 0) < sign.at(1, 0, 2));
  for (Index c = 0; c < 3; ++c) CHECK(sign.at(2, 0, c) == 255);
  CHECK(size.channels == 1);
  CHECK(size.at(0, 0) == 255);
  CHECK(size.at(1, 0) == 170);
  CHECK(size.at(2, 0) == 0);
}

TEST_CASE("viz says of a dead network that it is") {
  const TemporaryFolder folder;
  const std::string model = write_dead_network(folder), out = " -o " + (folder / "a.png");
  for (const std::string& command :
       {"saliency " + model + " " + digit_png + out,
        "maximise " + model + " --class 1 --steps 3" + out,
        "invert " + model + " " + digit_png + " --layer relu1" + out}) {
    CAPTURE(command);
    const Run run = run_viz(command);
    CHECK(run.code == 3);
    CHECK_MESSAGE(one_line(run.err), run.err);
    check_says(run.err, {"dead", "relu1"});
    if (!command.starts_with("invert")) check_says(run.err, {"dead ReLUs", "all 1352 outputs"});
    CHECK_FALSE(std::filesystem::exists(folder / "a.png"));
  }
}

TEST_CASE("viz invert and viz saliency answer each mistake with one line and its exit code") {
  const TemporaryFolder folder;
  const std::string out = " -o " + (folder / "x.png"), invert = "invert " + mnist_json,
                    saliency = "saliency " + mnist_json, missing = folder / "missing";
  const struct {
    std::string arguments;
    int code;
  } mistakes[] = {
      {invert + " " + digit_png, 2},
      {invert + " --layer conv1", 2},
      {invert + " " + digit_png + " --layer conv9", 2},
      {invert + " " + digit_png + " --layer conv1 --index 1", 2},
      {invert + " " + digit_png + " --layer conv1 --data " + missing, 2},
      {invert + " " + digit_png + " --layer conv1 --tv nan", 2},
      {invert + " " + digit_png + " --layer conv1 --steps many", 2},
      {invert + " " + boat_png + " --layer conv1", 3},
      {invert + " " + missing + " --layer conv1", 4},
      {invert + " --layer conv1 --data " + missing, 4},
      {saliency, 2},
      {saliency + " " + digit_png + " --class 10", 2},
      {saliency + " " + digit_png + " --class seven", 2},
      {saliency + " " + digit_png + " --class 3 --objective logit:3", 2},
      {saliency + " " + digit_png + " --objective fame", 2},
      {saliency + " " + digit_png + " --objective channel:conv9:1", 2},
      {saliency + " " + boat_png, 3},
      {saliency + " " + missing, 4},
  };
  for (const auto& mistake : mistakes) {
    CAPTURE(mistake.arguments);
    const Run run = run_viz(mistake.arguments + out);
    CHECK(run.code == mistake.code);
    CHECK_MESSAGE(one_line(run.err), run.err);
    CHECK(run.out.empty());
  }
  CHECK_FALSE(std::filesystem::exists(folder / "x.png"));
}
