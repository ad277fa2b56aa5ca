#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>

#include "nn/io/model_file.hpp"
#include "programs.hpp"
#include "test_data_files.hpp"
#include "viz/pictures/data.hpp"
#include "viz/pictures/png.hpp"
#include "weights/starting_model.hpp"

namespace {

namespace fs = std::filesystem;
using namespace glass;
using viz::Image;

/// Draws a picture, of one colour but for one pixel, into a folder, which is made.
void draw(const std::string& path, Index side, Index channels, std::uint8_t value) {
  fs::create_directories(fs::path(path).parent_path());
  Image image(side, side, channels, value);
  image.at(side - 1, side - 1) = static_cast<std::uint8_t>(value / 2);
  if (channels == 3) image.at(0, 0, 0) = static_cast<std::uint8_t>(value ^ 0xff);  // no grey
  viz::write_png(path, image);
}

/// `count` grey pictures of a class, 00.png and so on, each of another value.
void draw_class(const std::string& folder, int count, int first = 0, Index side = 4) {
  for (int i = 0; i < count; ++i) {
    char name[24];
    std::snprintf(name, sizeof name, "/%02d.png", i);
    draw(folder + name, side, 1, static_cast<std::uint8_t>(first + i));
  }
}

/// A network for grey pictures of 4x4 pixels; `classes` as in a description.
nn::Model network(Index count, const std::string& classes = "", Index channels = 1) {
  const std::string features = std::to_string(16 * channels), input = std::to_string(channels);
  return nn::parse_description(R"({"name": "net", "input": {"shape": [)" + input + R"(, 4, 4]},)" +
                                   (classes.empty() ? "" : R"("classes": )" + classes + ',') +
                                   R"("layers": [{"type": "Flatten"}, {"type": "Linear",
                                   "in_features": )" +
                                   features + R"(, "out_features": )" + std::to_string(count) +
                                   "}]}",
                               "net.json", 0);
}

struct Told {
  std::vector<std::string> lines;
  data::DataFolder data;
};

Told read(const std::string& folder, const nn::Model& model,
          const std::vector<std::string>& picked = {}) {
  Told told;
  told.data = viz::read_data(folder, model, picked,
                             [&](const std::string& line) { told.lines.push_back(line); });
  return told;
}

std::string refusal(const std::string& folder, const nn::Model& model,
                    const std::vector<std::string>& picked = {}) {
  try {
    read(folder, model, picked);
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing refused";
}

/// The first pixels of all images: which they are.
std::vector<int> first_pixels(const data::Dataset& data) {
  std::vector<int> firsts;
  for (Index n = 0; n < data.size(); ++n) {
    firsts.push_back(data.pixels[static_cast<std::size_t>(n * data.image_shape.size())]);
  }
  return firsts;
}

void check_parts(const std::string& text, const std::vector<std::string>& parts) {
  for (const std::string& part : parts) {
    CHECK_MESSAGE(contains(text, part), text, " should mention ", part);
  }
}

}  // namespace

TEST_CASE("picture data: a tenth of each class to test, a tenth to validate, the rest to train") {
  const TemporaryFolder folder;
  draw_class(folder / "dog", 40);
  draw_class(folder / "cat", 25, 100);
  const Told told = read(folder / "", network(2));
  CHECK(told.lines.empty());
  CHECK(told.data.names == std::vector<std::string>{"cat", "dog"});
  CHECK(told.data.picked == std::vector<Index>{0, 1});
  const auto count = [](const data::Dataset& part, int label) {
    return std::ranges::count(part.labels, label);
  };
  CHECK(count(told.data.test, 0) == 2);
  CHECK(count(told.data.test, 1) == 4);
  CHECK(count(told.data.validation, 0) == 2);
  CHECK(count(told.data.validation, 1) == 4);
  CHECK(count(told.data.training, 0) == 21);
  CHECK(count(told.data.training, 1) == 32);
  std::vector<int> all;
  for (const data::Dataset* part : {&told.data.training, &told.data.validation, &told.data.test}) {
    const std::vector<int> firsts = first_pixels(*part);
    for (std::size_t i = 0; i < firsts.size(); ++i) {
      CHECK((firsts[i] >= 100) == (part->labels[i] == 0));
    }
    all.insert(all.end(), firsts.begin(), firsts.end());
  }
  std::ranges::sort(all);
  CHECK(std::ranges::adjacent_find(all) == all.end());  // no picture in two parts
  CHECK(all.size() == 65);
}

TEST_CASE("picture data: what is held out of a class is fixed, whatever the others are") {
  const TemporaryFolder one, other;
  for (const TemporaryFolder* folder : {&one, &other}) {
    draw_class(*folder / "b", 30);
    draw_class(*folder / "c", 3);
  }
  const auto tested = [](const Told& told, int label) {
    std::vector<int> pixels = first_pixels(told.data.test);
    std::erase_if(pixels, [&, i = std::size_t{0}](int) mutable {
      return told.data.test.labels[i++] != label;
    });
    return pixels;
  };
  const std::vector<int> first = tested(read(one / "", network(2)), 0);
  CHECK(first == std::vector<int>{28, 5, 27});  // on every machine
  draw_class(other / "a", 12);
  CHECK(tested(read(other / "", network(3)), 1) == first);
}

TEST_CASE("picture data: folders called train, validation and test are taken as such") {
  const TemporaryFolder folder;
  for (const char* name : {"cat", "dog"}) {
    draw_class(folder / "Train/" + name, 20);
    draw_class(folder / "test/" + name, 2, 50);
  }
  const data::DataFolder two = read(folder / "", network(2)).data;
  CHECK(first_pixels(two.test) == std::vector<int>{50, 51, 50, 51});
  CHECK(two.validation.size() == 4);
  CHECK(two.training.size() == 36);
  for (const char* name : {"cat", "dog"}) draw_class(folder / "val/" + name, 3, 80);
  const data::DataFolder three = read(folder / "", network(2)).data;
  CHECK(first_pixels(three.validation) == std::vector<int>{80, 81, 82, 80, 81, 82});
  CHECK(three.training.size() == 40);
  draw_class(folder / "test/bird", 1);
  check_parts(refusal(folder / "", network(2)), {"test/bird: no class of that name to train on"});
  fs::remove_all(folder / "test/bird");
  fs::remove_all(folder / "test/dog");
  check_parts(refusal(folder / "", network(2)),
              {"class dog needs at least 1 picture to test, found 0"});
}

TEST_CASE("picture data: a folder called train with pictures in it is a class") {
  const TemporaryFolder folder;
  draw_class(folder / "train", 20);
  draw_class(folder / "tram", 20);
  CHECK(read(folder / "", network(2)).data.names == std::vector<std::string>{"train", "tram"});
}

TEST_CASE("picture data: classes are the model's by their names, in its order") {
  const TemporaryFolder folder;
  for (const char* name : {"ant", "bee", "cat"}) draw_class(folder / name, 20);
  const std::string path = folder / "";
  CHECK(read(path, network(3, R"(["cat", "ant", "bee"])")).data.picked ==
        std::vector<Index>{2, 0, 1});
  CHECK(read(path, network(2), {"cat", "bee"}).data.picked == std::vector<Index>{2, 1});
  CHECK(read(path, network(2), {"cat", "bee"}).data.training.size() == 32);
  check_parts(refusal(path, network(3, R"(["cat", "ant", "wasp"])")),
              {"no folder for the network's class wasp, found ant, bee, cat"});
  check_parts(refusal(path, network(4)), {"tells 4 classes apart, found 3: ant, bee, cat"});
  check_parts(refusal(path, network(2)), {"found 3", "--classes"});
  check_parts(refusal(path, network(3), {"ant", "bee"}),
              {"tells 3 classes apart, got 2: ant, bee"});
  check_parts(refusal(path, network(2), {"ant", "fly"}), {"class 'fly'", "ant, bee, cat"});
  check_parts(refusal(path, network(2, R"(["bee", "ant"])"), {"ant", "bee"}),
              {"class 0 is called 'bee'"});
}

TEST_CASE("picture data: sizes and colours become the network's, and are told in a line") {
  const TemporaryFolder folder;
  for (const char* name : {"a/", "b/"}) {
    draw_class(folder / name, 20);
    draw(folder / name + "large.png", 9, 1, 200);
    draw(folder / name + "colour.JPG.png", 4, 3, 200);
  }
  const Told grey = read(folder / "", network(2));
  CHECK(grey.lines ==
        std::vector<std::string>{(folder / "") + ": of 44 pictures, 2 resampled to 4x4 pixels, "
                                                 "2 turned from colours into grey"});
  const Told colours = read(folder / "", network(2, "", 3));
  CHECK(colours.lines ==
        std::vector<std::string>{(folder / "") + ": of 44 pictures, 2 resampled to 4x4 pixels, "
                                                 "42 grey where the network takes colours"});
  const auto& pixels = colours.data.training.pixels;
  CHECK(pixels[0] == pixels[16]);
  check_parts(refusal(folder / "", network(2, "", 2)), {"2 channels, and pictures have 1 or 3"});
}

TEST_CASE("picture data: files that cannot be read are named, ten of them, and left out") {
  const TemporaryFolder folder;
  draw_class(folder / "a", 20);
  draw_class(folder / "b", 20);
  for (int i = 0; i < 13; ++i) {
    data_files::write(folder / "b/x" + std::to_string(i) + ".png", i ? "no picture" : "");
  }
  const Told told = read(folder / "", network(2));
  REQUIRE(told.lines.size() == 11);
  check_parts(told.lines[0], {"b/x0.png: ", "; left out"});
  check_parts(told.lines[9], {".png: expected a PNG or JPEG image, found ", "; left out"});
  CHECK(told.lines[10] == (folder / "") + ": left out 3 more that cannot be read");
  CHECK(told.data.training.size() == 32);
}

TEST_CASE("picture data: what is hidden, a link, a folder or another file is counted, not read") {
  const TemporaryFolder folder, elsewhere;
  draw_class(elsewhere / "c", 3);
  draw_class(folder / "a", 20);
  draw_class(folder / "b", 20);
  draw_class(folder / "b/deeper", 1);
  draw_class(folder / ".thumbnails", 1);
  data_files::write(folder / "a/.DS_Store", "");
  data_files::write(folder / "a/labels.csv", "");
  fs::create_directory_symlink(elsewhere / "c", folder / "c");
  fs::create_symlink(elsewhere / "c/00.png", folder / "a/link.png");
  REQUIRE(run_program("mkfifo " + (folder / "a/pipe.png")).code == 0);
  const Told told = read(folder / "", network(2));
  CHECK(told.lines ==
        std::vector<std::string>{(folder / "") +
                                 ": left aside 2 hidden files, 2 links, 1 folder, 2 other files"});
  CHECK(told.data.names.size() == 2);
}

TEST_CASE("picture data: a class with few pictures is told, one with too few refused") {
  const TemporaryFolder folder;
  draw_class(folder / "a", 20);
  draw_class(folder / "b", 3);
  const Told told = read(folder / "", network(2));
  CHECK(told.lines ==
        std::vector<std::string>{(folder / "") + ": few pictures to learn from: b 3"});
  CHECK(told.data.test.labels == std::vector<std::uint8_t>{0, 0, 1});
  fs::remove(folder / "b/02.png");
  CHECK(refusal(folder / "", network(2)) ==
        (folder / "") + ": class b needs at least 3 pictures, found 2, that can be read");
  fs::create_directory(folder / "c");
  check_parts(refusal(folder / "", network(3)), {"class b needs"});
  check_parts(refusal(folder / "", network(2), {"a", "c"}), {"class c needs", "found 0"});
}

TEST_CASE("picture data: more than fits into memory is refused before a picture is decoded") {
  const TemporaryFolder folder;
  draw_class(folder / "a", 20);
  data_files::write(folder / "b/00.png", "");
  const Shape huge{3, 8000, 8000};
  CHECK_THROWS_WITH_AS(viz::read_test_images(folder / "", huge, {}),
                       doctest::Contains("expected at most 1024 MiB of pixels, found 20 pictures"),
                       FileError);
}

TEST_CASE("picture data: a folder without pictures, or with a known data set, is as it was") {
  const TemporaryFolder folder;
  fs::create_directory(folder / "empty");
  check_parts(refusal(folder / "", network(2)), {"no data set in it", "for each class"});
  draw_class(folder / "a", 20);
  data_files::write_square_folder(folder);
  CHECK(viz::data_files(folder / "").size() == 4);
}

TEST_CASE("train learns a folder of pictures, and viz judges and inverts with it") {
  const TemporaryFolder folder;
  for (int i = 0; i < 24; ++i) {
    const std::string name = std::to_string(i) + ".png";
    draw(folder / "pets/dark/" + name, 4, 1, static_cast<std::uint8_t>(4 * i));
    draw(folder / "pets/light/" + name, 4, 1, static_cast<std::uint8_t>(255 - 4 * i));
  }
  const std::string model = folder / "net.json", pets = folder / "pets";
  data_files::write(model, nn::to_description(network(2), model));
  const std::string options = model + " --data " + pets + " --epochs 8 --lr 0.05 --batch 8";
  const Run run = run_train(options);
  CAPTURE(run.err);
  REQUIRE(run.code == 0);
  CHECK(run.err.empty());
  CHECK(contains(run.out, "test accuracy: 100"));
  CHECK(nn::load_model(model).classes == std::vector<std::string>{"dark", "light"});
  check_parts(slurp(folder / "net.md"), {"pets", "dark, light", "40 training"});
  const Run judge =
      run_viz("judge " + model + " --maximise --steps 4 --judge " + model + " --data " + pets);
  CAPTURE(judge.err);
  CHECK(judge.code == 0);
  const Run invert = run_viz("invert " + model + " --data " + pets +
                             " --index 1 --steps 4 --layer 1 -o " + (folder / "out.png"));
  CAPTURE(invert.err);
  CHECK(invert.code == 0);
  check_refused(run_viz("invert " + model + " --data " + pets + " --index 4 --layer 1"), 2,
                "test images 0 to 3");
  check_refused(run_viz("invert " + model + " --data " + pets + " --index 1 --layer 1 -o " + pets +
                        "/dark/0.png"),
                2, "is an input");
}

TEST_CASE("train refuses folders whose names classes may not have, before it trains") {
  const TemporaryFolder folder;
  const std::string model = folder / "net.json";
  data_files::write(model, nn::to_description(network(2), model));
  draw_class(folder / "pets/all", 20);
  draw_class(folder / "pets/none", 20);
  check_refused(run_train(model + " --data " + (folder / "pets")), 3, "is called 'all'");
  fs::rename(folder / "pets/all", folder / "pets/\xff");
  check_refused(run_train(model + " --data " + (folder / "pets")), 3, "UTF-8");
}

TEST_CASE("train --new writes a network that suits the pictures, and trains it") {
  const TemporaryFolder folder;
  for (int i = 0; i < 20; ++i) {
    const std::string name = std::to_string(i) + ".png";
    draw(folder / "pets/dark/" + name, 12, 1, static_cast<std::uint8_t>(4 * i));
    draw(folder / "pets/light/" + name, 12, 1, static_cast<std::uint8_t>(255 - 4 * i));
    draw(folder / "pets/red/" + name, 30, 3, static_cast<std::uint8_t>(i));
  }
  const std::string model = folder / "pets.json", data = " --data " + (folder / "pets");
  const std::string words = "--new " + model + data + " --epochs 1";
  const Run run = run_train(words + " --classes light,dark");
  CAPTURE(run.err);
  REQUIRE(run.code == 0);
  CHECK(contains(run.out, "pets.json: a new network for images of [3,28,28]"));
  CHECK(contains(run.err, "4 steps are few to learn in"));  // of batches of 8
  const nn::Model trained = nn::load_model(model);
  CHECK(trained.name == "pets");
  CHECK(trained.classes == std::vector<std::string>{"light", "dark"});
  CHECK(trained.mean.size() == 3);
  CHECK(trained.std[0] > 0.1);
  check_refused(run_train(words), 2, "pets.json: is there already; without --new");
  check_refused(run_train(words + " -o x.json"), 2, "--new");
  check_refused(run_train("--new " + (folder / "pets") + data), 2, "expected a name in .json");
  check_refused(run_train("--new " + (folder / "no.json") + " --data " + (folder / "pets/red")), 3,
                "no data set in it");
  CHECK_FALSE(fs::exists(folder / "no.json"));
}

TEST_CASE("a starting network has the size of small pictures, or that of most") {
  const TemporaryFolder folder;
  const auto input = [&](const std::string& name) {
    return training::starting_model("net", folder / name, {}).input_shape;
  };
  for (const char* name : {"a/", "b/"}) {
    draw_class(folder / "small/" + name, 3, 0, 12);
    draw_class(folder / "large/" + name, 3, 0, 99);
    draw_class(folder / "mixed/" + name, 3, 0, 40);
    draw(folder / "mixed/" + name + "colour.png", 33, 3, 9);
  }
  CHECK(input("small") == Shape{1, 12, 12});
  CHECK(input("large") == Shape{1, 64, 64});
  CHECK(input("mixed") == Shape{3, 40, 40});
  data_files::write_noise_folder(folder / "cifar", true);
  data_files::write_noise_folder(folder / "mnist", false);
  CHECK(input("cifar") == Shape{3, 32, 32});
  CHECK(input("mnist") == Shape{1, 28, 28});
  CHECK(training::starting_model("net", folder / "mnist", {}).class_count() == 10);
  draw_class(folder / "one/a", 3);
  CHECK_THROWS_WITH_AS(input("one"), doctest::Contains("at least two classes"), FileError);
}

TEST_CASE("the input of a starting network is measured, channel by channel") {
  nn::Model model;
  training::measure_input(model, {{2, 1, 2}, {0, 255, 51, 51, 0, 255, 51, 51}, {0, 1}});
  CHECK(model.mean == std::vector<double>{0.5, 0.2});
  CHECK(model.std == std::vector<double>{0.5, 0.01});  // never 0
}
