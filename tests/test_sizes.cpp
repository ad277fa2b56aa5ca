#include <doctest/doctest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "nn/io/description.hpp"
#include "nn/io/model_file.hpp"
#include "programs.hpp"
#include "viz/invert.hpp"
#include "viz/maximise.hpp"
#include "viz/memory.hpp"
#include "viz/pictures/npy.hpp"
#include "viz/pictures/png.hpp"

namespace {

using namespace glass;
using namespace glass::viz;

const std::string
    head = R"(, {"type": "Flatten"}, {"type": "Linear", "in_features": 4, "out_features": 2}])",
    pooled = R"(, {"type": "AdaptiveAvgPool2d", "output_size": 1})" + head,
    windowed = R"(, {"type": "MaxPool2d", "kernel_size": 12})" + head;

/// A network for pictures of 12x12, in colours: a convolution, and `rest`.
std::string convolution_and(const std::string& rest) {
  return R"({"name": "any", "input": {"shape": [3, 12, 12]}, "layers": [
             {"type": "Conv2d", "in_channels": 3, "out_channels": 4, "kernel_size": 3, "padding": 1},
             {"type": "ReLU"})" +
         rest + "}";
}

std::string written(const TemporaryFolder& folder, const std::string& name,
                    const std::string& text) {
  std::ofstream(folder / name) << text;
  return folder / name;
}

nlohmann::json options_in(const std::string& picture) {
  return nlohmann::json::parse(read_png_text(picture))["options"];
}

}  // namespace

TEST_CASE(
    "a model without a fixed size takes pictures of any, and else a line says what fixes it") {
  const TemporaryFolder folder;
  const auto load = [&](const std::string& rest, Size2 size) {
    return nn::load_model(written(folder, "net.json", convolution_and(rest)), 0, {.size = size});
  };
  CHECK(load(pooled, {7, 20}).input_shape == Shape{3, 7, 20});
  CHECK(load(pooled, 0).input_shape == Shape{3, 12, 12});
  CHECK(load(windowed, 23).input_shape == Shape{3, 23, 23});  // the second window does not fit
  CHECK(load("]", 20).input_shape == Shape{3, 20, 20});       // has no head
  const auto refusal = [&](const std::string& rest, Size2 size) {
    try {
      load(rest, size);
    } catch (const FileError& error) {
      return std::string(error.what());
    }
    return std::string("nothing");
  };
  const std::string made_for = (folder / "net.json") + ": made for pictures of 12x12; of ";
  CHECK(refusal(windowed, {24, 12}) ==
        made_for +
            "24x12, layer 4 (Linear): Linear: expected an input [N,4], got [1,8], from layer 3 "
            "(Flatten)");
  CHECK(refusal(windowed, 11).starts_with(made_for + "11x11, layer 2 (MaxPool2d): "));
  CHECK(refusal(R"(, {"type": "Flatten"}])", 2) ==
        made_for + "2x2, the last layer would give [1,16] and not [1,576]");
  CHECK(refusal(pooled, 65536).find("values") != std::string::npos);
}

TEST_CASE("viz --size: every command takes it, and what was painted so is made again") {
  const TemporaryFolder folder;
  const std::string net = written(folder, "net.json", convolution_and(pooled)),
                    fixed = written(folder, "fixed.json", convolution_and(windowed)),
                    picture = folder / "a.png", array = folder / "a.npy";
  REQUIRE(run_viz("maximise " + net + " --class 1 --steps 2 --bare --size 9x16 -o " + picture +
                  " --npy " + array)
              .code == 0);
  CHECK(read_npy(array).shape() == Shape{1, 3, 9, 16});
  CHECK(options_in(picture)["size"] == "9x16");
  const std::string of_picture = net + ' ' + picture + " --size 9x16",
                    out = " -o " + (folder / "b.png");
  CHECK(run_viz("replay " + picture).code == 0);
  CHECK(run_viz("invert " + of_picture + " --layer relu1 --steps 2" + out).code == 0);
  CHECK(run_viz("replay " + (folder / "b.png")).code == 0);
  CHECK(run_viz("saliency " + of_picture + out).code == 0);
  CHECK(run_viz("replay " + (folder / "b.png")).code == 0);
  CHECK(run_viz("classify " + of_picture).code == 0);
  check_refused(
      run_viz("classify " + net + ' ' + picture), 3,
      "any needs 12x12 pixels, the image has 16x9 (--resize resamples it, --size 9x16 takes it "
      "as it is)");
  check_refused(run_viz("classify " + fixed + ' ' + boat_png), 3,
                "the image has 32x32 (--resize resamples it)");
  CHECK(contains(run_viz("info " + net + " --size 9x16").out, "[1,4,9,16]"));
  CHECK(run_viz("judge " + net + " --judge " + net + " --maximise --steps 1 --size 5").code == 0);
  check_refused(run_viz("judge " + net + " --judge " + fixed + " --maximise --steps 1 --size 24"),
                3, "fixed.json: made for pictures of 12x12; of 24x24, layer 4 (Linear)");
  for (const char* wrong : {"0", "12x", "x12", "12x12x12", "-4", "4.5", "65537", "1e2", "0x10"}) {
    check_refused(run_viz("info " + net + " --size " + wrong), 2, "--size");
  }
}

TEST_CASE(
    "what suits a size is one rule of it, and what the manifest does not say follows from it") {
  CHECK(size_factor({1, 28, 28}) == 1);
  CHECK(size_factor({3, 32, 32}) == 1);
  CHECK(size_factor({3, 4, 224}) == 1);
  CHECK(size_factor({3, 96, 128}) == 3);
  CHECK(size_factor({3, 224, 224}) == 7);
  const MaximiseOptions usual = options_for({3, 32, 32}), large = options_for({3, 224, 224});
  CHECK(usual.jitter == 3);
  CHECK(usual.regulariser.tv == 0.3);
  CHECK(usual.regulariser.l2 == 0.5);
  CHECK(large.jitter == 21);
  CHECK(large.regulariser.tv == doctest::Approx(0.3 * std::pow(7, 1.5)));
  CHECK(large.regulariser.l2 == doctest::Approx(3.5));
  CHECK(large.steps == usual.steps);
  CHECK(usual.parametrisation == "pixel");
  CHECK(options_for({3, 74, 74}).parametrisation == "pixel");
  CHECK(options_for({3, 75, 75}).parametrisation == "fourier");
  CHECK(invert_options_for({3, 32, 32}).starts == 16);
  CHECK(invert_options_for({3, 224, 224}).starts == 2);
  CHECK(invert_options_for({3, 2240, 2240}).starts == 1);

  const TemporaryFolder folder;
  const std::string net = written(folder, "net.json", convolution_and(pooled)),
                    picture = folder / "a.png";
  const std::string paint = "maximise " + net + " --class 1 --steps 1 -o " + picture;
  REQUIRE(run_viz(paint).code == 0);
  for (const char* name : {"jitter", "tv", "l2"}) CHECK(options_in(picture).contains(name));
  REQUIRE(run_viz(paint + " --size 64 --l2 0.5").code == 0);
  CHECK_FALSE(options_in(picture).contains("jitter"));
  CHECK_FALSE(options_in(picture).contains("tv"));
  CHECK(options_in(picture)["l2"] == "0.5");
  const Image of_rule = read_png(picture, 3);
  CHECK(run_viz("replay " + picture).code == 0);
  REQUIRE(
      run_viz(paint + " --size 64 --l2 0.5 --jitter 6 --tv " + text(0.3 * std::pow(2, 1.5))).code ==
      0);
  CHECK(read_png(picture, 3).pixels == of_rule.pixels);
}

TEST_CASE("viz says what memory a picture takes, and refuses more than there is before the run") {
  const TemporaryFolder folder;
  const std::string net = written(folder, "net.json", convolution_and(pooled));
  const nn::Model model = nn::load_model(net);
  // The picture and its normalised form, both outputs of the convolution's size, two gradients of it, and
  // the head.
  CHECK(bytes_per_picture(model, 1) == sizeof(real) * (2 * 432 + 4 * 576));
  CHECK(bytes_per_picture(model, 4) == sizeof(real) * (2 * 432 + 4 * 576 + 4 + 4 + 2));
  CHECK(machine_memory() > 1e7);
  CHECK(contains(run_viz("info " + net).out, "memory 0.0 MB for each picture"));
  const std::string many = " --size 8000 --class 1 -o " + (folder / "a.png");
  check_refused(run_viz("maximise " + net + many + " --count 1000"), 4,
                "a smaller --count takes less");
  check_refused(run_viz("invert " + net + ' ' + digit_png +
                        " --resize --size 8000 --layer relu1 "
                        "--starts 1000 -o " +
                        (folder / "a.png")),
                4, "fewer --starts take less");
  std::string layers;
  for (int i = 0; i < 200; ++i) layers += R"(, {"type": "ReLU"})";
  const std::string deep = written(folder, "deep.json", convolution_and(layers + pooled)) + ' ' +
                           digit_png + " --resize --size 8000 -o " + (folder / "a.png");
  check_refused(run_viz("attack " + deep), 4, "a smaller --size takes less");
  check_refused(run_viz("attribute " + deep), 4, "one class at a time takes less");
  CHECK_FALSE(std::filesystem::exists(folder / "a.png"));
}
