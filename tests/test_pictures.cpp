#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>

#include "nn/data/dataset.hpp"
#include "nn/io/description.hpp"
#include "programs.hpp"
#include "viz/pictures/npy.hpp"
#include "viz/pictures/picture.hpp"
#include "viz/start.hpp"

using namespace glass;

namespace {

/// A four, as somebody wrote it on paper and photographed it: JPEG, 120x160.
const std::string photograph = samples_folder + "four.jpg";

/// A network for pictures of so many channels, 8x8, with three outputs.
std::string network(const TemporaryFolder& folder, Index channels) {
  const std::string path = folder / ("channels" + std::to_string(channels) + ".json");
  data_files::write(
      path, text(R"({"name": "net", "input": {"shape": [)", channels, R"(, 8, 8]}, "layers": [
    {"type": "Conv2d", "in_channels": )",
                 channels, R"(, "out_channels": 2, "kernel_size": 3},
    {"type": "ReLU"}, {"type": "Flatten"},
    {"type": "Linear", "in_features": 72, "out_features": 3}]})"));
  return path;
}

nn::Model model_of(const std::string& input) {
  return nn::parse_description(
      R"({"name": "m", "input": )" + input + R"(, "layers": [{"type": "Flatten"}]})", "a.json", 0);
}

using Numbers = std::vector<double>;

}  // namespace

TEST_CASE("pictures: a photographed digit is named by every MNIST network, once it is fitted") {
  const TemporaryFolder folder;
  for (const std::string name : {"mnist-cnn", "mnist-judge", "mnist-robust"}) {
    const Run run =
        run_viz("classify " + weights_folder + name + ".json " + photograph + " --fit --json");
    CHECK(run.code == 0);
    CHECK(run.err.empty());
    CHECK_MESSAGE(run.out.find(R"("index":4)") != std::string::npos, name, run.out);
  }
  const std::string seen = folder / "seen.png";
  CHECK(run_viz("classify " + mnist_json + ' ' + photograph + " --fit --seen " + seen).code == 0);
  const viz::Image image = viz::decode_picture(slurp(seen), seen, 1);
  CHECK(image.width == 28);
  CHECK(image.height == 28);
  CHECK(image.at(0, 0) == 0);
  CHECK(std::ranges::max(image.pixels) == 255);
  // What was seen is seen again.
  CHECK(run_viz("classify " + mnist_json + ' ' + seen + " --json").out ==
        run_viz("classify " + mnist_json + ' ' + photograph + " --fit --json").out);
}

TEST_CASE("pictures: dark ink on light paper that is not fitted gets a line") {
  const Run resized = run_viz("classify " + mnist_json + ' ' + photograph + " --resize");
  CHECK(resized.code == 0);
  CHECK(one_line(resized.err));
  CHECK(resized.err.find("looks like dark ink on light paper") != std::string::npos);
  CHECK(resized.err.find("--fit") != std::string::npos);
  CHECK(run_viz("classify " + mnist_json + ' ' + digit_png).err.empty());
  check_refused(run_viz("classify " + mnist_json + ' ' + photograph), 3,
                "needs 28x28 pixels, the image has 120x160 (--resize resamples it, --fit");
  CHECK(run_viz("classify " + mnist_json + ' ' + digit_png + " --fit --resize").code == 2);
  CHECK(run_viz("classify " + cifar_json + " " + photograph + " --fit").err.empty());
}

TEST_CASE("pictures: every command that takes one fits it") {
  const TemporaryFolder folder;
  const std::string out = " -o " + (folder / "out.png"),
                    from = photograph + " --fit --seen " + (folder / "seen.png");
  const std::vector<std::string> commands{
      "saliency " + mnist_json + ' ' + from + out,
      "invert " + mnist_json + ' ' + from + " --layer conv1 --steps 1" + out,
      "maximise " + mnist_json + " --class 4 --steps 1 --restarts 2 --init " + from + out,
      "process " + mnist_json + " --class 4 --steps 1 --init " + from + out,
      "regulariser " + mnist_json + " --class 4 --steps 1 --init " + from + out,
      "gallery " + mnist_json + " --steps 1 --init " + from + out,
      "tape " + mnist_json + " --image " + from + " -o " + (folder / "tape.txt"),
      "tape " + mnist_json + " --image " + from + " --init noise -o " + (folder / "tape.txt")};
  for (const std::string& command : commands) {
    CAPTURE(command);
    std::filesystem::remove(folder / "seen.png");
    const Run run = run_viz(command);
    CHECK(run.code == 0);
    CHECK(run.err.empty());
    CHECK(std::filesystem::exists(folder / "seen.png"));
    if (command.starts_with("tape")) continue;
    const Run again = run_viz("replay " + (folder / "out.png") + " --in " +
                              std::filesystem::path(photograph).parent_path().string() + " --in " +
                              weights_folder);
    CHECK_MESSAGE(again.code == 0, again.err, again.out);
  }
  CHECK(run_viz("maximise " + mnist_json + " --class 4 --steps 1 --fit" + out).code == 2);
}

TEST_CASE("pictures: arrays are taken wherever pictures are") {
  const TemporaryFolder folder;
  const std::string array = folder / "digit.npy";
  const Tensor digit = viz::to_tensor(viz::decode_picture(slurp(digit_png), digit_png, 1));
  const std::string answer = run_viz("classify " + mnist_json + ' ' + digit_png + " --json").out;
  for (const Shape& shape : {Shape{1, 1, 28, 28}, Shape{1, 28, 28}, Shape{28, 28}}) {
    viz::write_npy(array, reshape(digit, shape));
    CHECK(run_viz("classify " + mnist_json + ' ' + array + " --json").out == answer);
  }
  CHECK(run_viz("saliency " + mnist_json + ' ' + array + " -o " + (folder / "out.png")).code == 0);
  CHECK(run_viz("maximise " + mnist_json + " --class 3 --steps 1 --init " + array + " -o " +
                (folder / "out.png"))
            .code == 0);
  const auto refused = [&](const Tensor& tensor, const std::string& part) {
    viz::write_npy(array, tensor);
    check_refused(run_viz("classify " + mnist_json + ' ' + array), 3, part);
  };
  refused(Tensor::full({2, 1, 28, 28}, 0.5), "expected an array [1,28,28], found [2,1,28,28]");
  refused(Tensor::full({3, 28, 28}, 0.5), "expected an array [1,28,28], found [3,28,28]");
  refused(Tensor::full({784}, 0.5), "expected an array [1,28,28], found [784]");
  refused(Tensor::full({28, 20}, 0.5), "needs 28x28 pixels, the image has 20x28");
  refused(Tensor::full({28, 28}, 2), "expected pixels from 0 to 1, found 2");
  viz::write_npy(array, Tensor::full({56, 20}, 0.5));
  CHECK(run_viz("classify " + mnist_json + ' ' + array + " --resize").code == 0);
}

TEST_CASE("pictures: networks with any number of channels") {
  const TemporaryFolder folder;
  for (const Index channels : {2, 4, 5}) {
    const std::string net = network(folder, channels) + " ", array = folder / "picture.npy",
                      out = " -o " + (folder / "out.png");
    viz::write_npy(array, Tensor::full({channels, 8, 8}, 0.5));
    const std::vector<std::string> commands{
        "classify " + net + array + " --seen " + (folder / "seen.png"),
        "saliency " + net + array + out,
        "invert " + net + array + " --layer conv1 --steps 2" + out,
        "maximise " + net + "--class all --steps 2 --report " + (folder / "r.html") + out,
        "maximise " + net + "--class 1 --steps 2 --bare --watch" + out,
        "gallery " + net + "--steps 2" + out,
        "process " + net + "--class 1 --steps 2 --animation " + (folder / "a.png") + out,
        "regulariser " + net + "--class 1 --steps 2 --judge " + net + out,
        "judge " + net + "--maximise --steps 2 --judge " + net,
        "tape " + net + "-o " + (folder / "tape.svg"),
        "tape " + net + "-o " + (folder / "tape.html"),
        "info " + net};
    for (const std::string& command : commands) {
      const Run run = run_viz(command);
      CHECK_MESSAGE(run.code == 0, command, ": ", run.err);
    }
    check_refused(run_viz("classify " + net + digit_png), 3, "found a picture");
    CHECK(run_viz("classify " + net + array + " --resize").code == 2);
    CHECK(run_viz("maximise " + net + "--class 1 --steps 2 --decorrelate" + out).code == 2);
  }
}

TEST_CASE("pictures: channels without colours are tiles") {
  Tensor picture = Tensor::full({1, 5, 2, 3}, 0);
  for (Index i = 0; i < picture.size(); ++i) {
    picture.mutable_values()[static_cast<std::size_t>(i)] = static_cast<real>(i / 6) / 5;
  }
  const viz::Image image = viz::to_image(picture, 0);
  CHECK(image.width == 3 * 3 + 2);
  CHECK(image.height == 2 * 2 + 1);
  CHECK(image.channels == 1);
  for (Index c = 0; c < 5; ++c) CHECK(image.at(c % 3 * 4 + 1, c / 3 * 3 + 1) == 51 * c);
}

TEST_CASE("pictures: a shape with the channels last is refused, with the right order") {
  const TemporaryFolder folder;
  const std::string net = folder / "mlp.json";
  data_files::write(
      net, R"({"name": "mlp", "input": {"shape": [28,28,1]}, "layers": [{"type": "Flatten"},
                 {"type": "Linear", "in_features": 784, "out_features": 10}]})");
  check_refused(run_viz("classify " + net + " " + digit_png), 3,
                "expected [channels, height, width], such as [1,28,28], found [28,28,1]");
  data_files::write(net, R"({"name": "cnn", "input": {"shape": [32,32,3]}, "layers": [
                 {"type": "Conv2d", "in_channels": 3, "out_channels": 4, "kernel_size": 3}]})");
  check_refused(run_viz("info " + net), 3, "input.shape is [channels, height, width]");
  CHECK_NOTHROW(model_of(R"({"shape": [12, 100, 1]})"));
}

TEST_CASE("pictures: the usual pixel is told, or follows from the normalisation") {
  const auto centre = [](const std::string& input) { return viz::centre_of(model_of(input)); };
  CHECK(centre(R"({"shape": [1,4,4], "mean": [0.1307], "std": [0.3081]})") == Numbers{0});
  CHECK(centre(R"({"shape": [1,4,4], "mean": [0.9], "std": [0.3]})") == Numbers{1});
  CHECK(centre(R"({"shape": [3,4,4], "mean": [0.49,0.48,0.45], "std": [0.2,0.2,0.2]})") ==
        Numbers{.49, .48, .45});
  // These say nothing of the data.
  CHECK(centre(R"({"shape": [1,4,4]})") == Numbers{0});
  CHECK(centre(R"({"shape": [1,4,4], "mean": [0.5], "std": [0.5]})") == Numbers{0});
  CHECK(centre(R"({"shape": [1,4,4], "mean": [0], "std": [1]})") == Numbers{0});
  CHECK(centre(R"({"shape": [3,4,4]})") == Numbers{.5, .5, .5});
  CHECK(centre(R"({"shape": [3,4,4], "mean": [0.5,0.5,0.5], "std": [0.5,0.5,0.5]})") ==
        Numbers{.5, .5, .5});
  // The description goes first, and is written as it was read.
  const nn::Model told =
      model_of(R"({"shape": [1,4,4], "mean": [0.5], "std": [0.5], "usual": [0.25]})");
  CHECK(viz::centre_of(told) == Numbers{.25});
  CHECK(nn::to_description(told, "a.json").find("\"usual\": [0.25]") != std::string::npos);
  for (const char* usual : {"[]", "[0, 0]", "[1.5]", "[-1]", "0", "[null]"}) {
    CHECK_THROWS_AS(centre(R"({"shape": [1,4,4], "usual": )" + std::string(usual) + "}"),
                    FileError);
  }
}

TEST_CASE("pictures: the usual pixel of a data set is its ground, or its mean") {
  data::Dataset data{{2, 1, 3}, {0, 3, 200, 60, 100, 200, 2, 255, 180, 70, 90, 200}, {0, 1}};
  CHECK(data::usual_pixel(data) == Numbers{0, 0.4706});
  for (std::uint8_t& pixel : data.pixels) pixel = static_cast<std::uint8_t>(255 - pixel);
  CHECK(data::usual_pixel(data) == Numbers{1, 0.5294});
}
