#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "nn/data/data_folder.hpp"
#include "nn/data/pick.hpp"
#include "nn/io/model_file.hpp"
#include "programs.hpp"
#include "test_data_files.hpp"
#include "viz/diagnosis.hpp"
#include "viz/pictures/png.hpp"

/// The programs and networks that end in Softmax, LogSoftmax, Sigmoid or one output.
namespace {

using nlohmann::json;
using namespace glass;

/// Networks for images of 4 x 4 with the same weights and several endings, and a picture.
struct Networks {
  TemporaryFolder folder;
  std::string picture = folder / "grey.png";

  Networks() {
    json three = weights(3), one = weights(1);
    for (int i = 0; i < 48; ++i)
      three["1.weight"]["data"][i] = 0.1 * (i / 16 == 1) - 0.02 * (i % 3);
    for (int i = 0; i < 16; ++i) one["1.weight"]["data"][i] = -0.3 + 0.01 * i;
    data_files::write(folder / "w3.json", three.dump());
    data_files::write(folder / "w1.json", one.dump());
    viz::write_png(picture, viz::Image(4, 4, 1, 128));
  }
  static json weights(int outputs) {
    return {{"1.weight", {{"shape", {outputs, 16}}, {"data", std::vector<double>(16 * outputs)}}},
            {"1.bias", {{"shape", {outputs}}, {"data", std::vector<double>(outputs)}}}};
  }
  std::string model(int outputs, const std::string& ending, const json& classes = json::array()) {
    json layers = {{{"type", "Flatten"}},
                   {{"type", "Linear"}, {"in_features", 16}, {"out_features", outputs}}};
    if (!ending.empty()) layers.push_back({{"type", ending}});
    const std::string path = folder / ("m" + std::to_string(++count_) + ".json");
    data_files::write(path, json{{"name", "m"},
                                 {"input", {{"shape", {1, 4, 4}}}},
                                 {"classes", classes},
                                 {"layers", layers},
                                 {"weights", outputs == 3 ? "w3.json" : "w1.json"}}
                                .dump());
    return path;
  }
  json report(const std::string& command) const {
    const Run run = run_viz(command + " --json");
    REQUIRE_MESSAGE(run.code == 0, run.err);
    json found = json::parse(run.out);
    for (const char* other : {"outputs", "weights_sha256_before", "weights_sha256_after"}) {
      found.erase(other);
    }
    return found;
  }

 private:
  int count_ = 0;
};

/// The squares' network with other outputs, in a folder with the squares.
struct Squares {
  TemporaryFolder folder;
  std::string model = folder / "squares.json";

  /// With `outputs` of them and then a layer of type `ending`, if there is one.
  explicit Squares(const std::string& classes = "", const std::string& outputs = "1",
                   const std::string& ending = "Sigmoid") {
    data_files::write_square_folder(folder);
    std::string text = data_files::square_model;
    const std::size_t names = text.find(" \"classes\"");
    text.replace(names, text.find('\n', names) + 1 - names, classes);
    const std::string head = "\"out_features\": 3}";
    const std::string last = ending.empty() ? "" : ", {\"type\": \"" + ending + "\"}";
    text.replace(text.find(head), head.size(), "\"out_features\": " + outputs + "}" + last);
    data_files::write(model, text);
  }
  Run run(const std::string& options) const {
    return run_train(model + " --data " + (folder / "") + " --batch 32 --lr 0.005 " + options);
  }
};

}  // namespace

TEST_CASE("viz says the same of a network with a softmax at its end and without") {
  Networks networks;
  std::vector<json> classified, salient, painted;
  for (const char* ending : {"", "Softmax", "LogSoftmax"}) {
    const std::string model = networks.model(3, ending), picture = networks.picture;
    classified.push_back(networks.report("classify " + model + " " + picture));
    salient.push_back(networks.report("saliency " + model + " " + picture + " -o " +
                                      (networks.folder / "s.png")));
    painted.push_back(networks.report("maximise " + model + " --class all --steps 5 -o " +
                                      (networks.folder / "p.png")));
  }
  CHECK(classified[0]["predicted"]["index"] == 1);
  double sum = 0;
  for (const double z : classified[0]["logits"]) sum += std::exp(z);
  CHECK(classified[0]["predicted"]["probability"].get<double>() ==
        doctest::Approx(std::exp(classified[0]["logits"][1].get<double>()) / sum));
  for (const auto& reports : {classified, salient, painted}) {
    CHECK(reports[1] == reports[0]);
    CHECK(reports[2] == reports[0]);
  }
}

TEST_CASE(
    "viz saliency looks at the class that it names, also if names are other classes' numbers") {
  Networks networks;
  const auto map = [&](const json& classes) {
    return networks.report("saliency " + networks.model(3, "Softmax", classes) + " " +
                           networks.picture + " -o " + (networks.folder / "s.png"));
  };
  const json plain = map(json::array()), shuffled = map({"2", "0", "1"});
  CHECK(plain["class"] == "1");
  CHECK(shuffled["class"] == "0");
  CHECK(shuffled["index"] == plain["index"]);
  CHECK(shuffled["gradient_norm"] == plain["gradient_norm"]);
}

TEST_CASE("viz reads one output as no or yes") {
  Networks networks;
  const double z = 16 * (-0.3 + 0.075) * 128 / 255, p = 1 / (1 + std::exp(-z));
  for (const char* ending : {"", "Sigmoid"}) {
    const std::string model = networks.model(1, ending, {"cat", "dog"});
    const json found = networks.report("classify " + model + " " + networks.picture);
    CHECK(found["predicted"]["class"] == "cat");
    CHECK(found["predicted"]["probability"].get<double>() == doctest::Approx(1 - p));
    REQUIRE(found["logits"].size() == 2);
    CHECK(found["logits"][0].get<double>() == doctest::Approx(-z));
    CHECK(found["logits"][1].get<double>() == doctest::Approx(z));
    CHECK(found["probabilities"][1].get<double>() == doctest::Approx(p));

    const json map = networks.report("saliency " + model + " " + networks.picture +
                                     " --class dog -o " + (networks.folder / "s.png"));
    CHECK(map["index"] == 1);
    CHECK(map["probability"].get<double>() == doctest::Approx(p));
    for (const char* objective : {"logit", "softmax", "logprob"}) {
      const json both =
          networks.report("maximise " + model +
                          " --class all --tv 0 --l2 0 --jitter 0 "
                          "--steps 60 --objective " +
                          objective + " -o " + (networks.folder / "p.png"))["classes"];
      REQUIRE(both.size() == 2);
      CHECK(both[0]["class"] == "cat");
      CHECK(both[0]["probability"].get<double>() > 0.9);
      // No image makes this output positive: black is as near to a dog as it gets.
      CHECK(both[1]["probability"].get<double>() == doctest::Approx(0.5).epsilon(0.02));
    }
    CHECK(run_viz("gallery " + model + " --steps 2 -o " + (networks.folder / "g.png")).code == 0);
    CHECK(run_viz("tape " + model + " --class dog").code == 0);
  }
}

TEST_CASE("viz compares networks only where they tell the same classes apart") {
  Networks networks;
  const std::string binary = networks.model(1, "Sigmoid", {"cat", "dog"}),
                    same = networks.model(1, "", {"cat", "dog"}), nameless = networks.model(1, "");
  const auto judged_by = [&](const std::string& judge) {
    return run_viz("judge " + binary + " --maximise --steps 2 --judge " + judge);
  };
  CHECK(judged_by(same).code == 0);
  CHECK(judged_by(nameless).code == 0);
  check_refused(judged_by(networks.model(1, "", {"dog", "cat"})), 3,
                "expected a judge of the classes of m, cat, dog, found dog, cat");
  check_refused(judged_by(networks.model(3, "Softmax")), 3, "2 classes, as m has");
}

TEST_CASE("viz judge: columns stay in line under names in any script") {
  Networks networks;
  const std::string model = networks.model(1, "Sigmoid", {"été", "dog"});
  const Run run = run_viz("judge " + model + " --maximise --steps 2 --judge " + model);
  REQUIRE_MESSAGE(run.code == 0, run.err);
  std::istringstream lines(run.out);
  std::vector<std::ptrdiff_t> widths;  // in characters
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("  ")) continue;
    widths.push_back(std::ranges::count_if(line, [](char c) { return (c & 0xc0) != 0x80; }));
  }
  CHECK(widths.size() == 4);
  CHECK(std::ranges::count(widths, widths.front()) == 4);
}

TEST_CASE("train --classes teaches one output to tell two classes apart") {
  const Squares first, one, two;
  REQUIRE(first.run("--epochs 4 --classes 2,0").code == 0);
  const nn::Model model = nn::load_model(first.model);
  CHECK(model.classes == std::vector<std::string>{"2", "0"});
  const std::string card = slurp(first.folder / "squares.md");
  for (const char* part : {"--classes 2,0", "| classes | 2, 0: of the data set's 3 |", "| **2** |",
                           "test accuracy: 100.00 %"}) {
    CHECK_MESSAGE(card.find(part) != std::string::npos, part);
  }
  // In pieces, to the same bytes.
  const std::string constant = " --schedule constant --classes 2,0";
  REQUIRE(one.run("--epochs 3" + constant + " --label-smoothing 0.1").code == 0);
  REQUIRE(two.run("--epochs 1" + constant + " --label-smoothing 0.1").code == 0);
  REQUIRE(two.run("--epochs 3 --resume" + constant + " --label-smoothing 0.1").code == 0);
  CHECK(slurp(one.folder / "squares.safetensors") == slurp(two.folder / "squares.safetensors"));
}

TEST_CASE("train learns the same with a softmax or sigmoid at the end, and without") {
  const auto weights = [](const std::string& outputs, const std::string& ending) {
    const Squares shop("", outputs, ending);
    const std::string classes = outputs == "1" ? " --classes 0,1" : "";
    const Run run =
        shop.run("--epochs 3 --label-smoothing 0.1 --adversarial linf --eps 0.05" + classes);
    REQUIRE_MESSAGE(run.code == 0, run.err);
    return slurp(shop.folder / "squares.safetensors");
  };
  const std::string plain = weights("3", "");
  CHECK(weights("3", "Softmax") == plain);
  CHECK(weights("3", "LogSoftmax") == plain);
  CHECK(weights("1", "Sigmoid") == weights("1", ""));
}

TEST_CASE("train: three sigmoids learn to tell three classes apart") {
  const Squares shop("", "3", "Sigmoid");
  const Run run = shop.run("--epochs 4");
  REQUIRE_MESSAGE(run.code == 0, run.err);
  CHECK(run.out.find("test accuracy: 100.00 %") != std::string::npos);
}

TEST_CASE("train --classes learns from attacked images too, and reports it") {
  const Squares shop;
  const Run run = shop.run("--epochs 2 --classes 0,1 --adversarial l2 --eps 0.1 --report " +
                           (shop.folder / "r.html"));
  REQUIRE_MESSAGE(run.code == 0, run.err);
  const std::string page = slurp(shop.folder / "r.html");
  CHECK(page.find("Binary cross-entropy") != std::string::npos);
  CHECK(page.find("0, 1: of the data set") != std::string::npos);
}

TEST_CASE("train --classes: what cannot be picked is refused before anything is trained") {
  const Squares shop;
  for (const auto& [words, complaint] : std::vector<std::pair<std::string, std::string>>{
           {"3,0", "--classes: class '3': the data set has classes 0 to 2"},
           {"cat,0", "class 'cat'"},
           {"1,1", "class '1' is there twice"},
           {"1", "tells 2 classes apart, got 1: 1"},
           {"0,1,2", "tells 2 classes apart, got 3: 0, 1, 2"}}) {
    check_refused(shop.run("--classes " + words), 2, complaint);
  }
  check_refused(shop.run(""), 3, "expected labels from 0 to 1, found 2");
  CHECK(std::filesystem::exists(shop.folder / "squares.safetensors") == false);

  REQUIRE(shop.run("--epochs 1 --classes 0,1").code == 0);
  check_refused(shop.run("--epochs 2 --resume --classes 1,0"), 2,
                "--classes: class 0 is called '0'");
  const Squares named(R"( "classes": ["left", "right"],)");
  REQUIRE(named.run("--epochs 1 --classes 0,2").code == 0);
  CHECK(nn::load_model(named.model).classes == std::vector<std::string>{"left", "right"});
  check_refused(named.run("--epochs 2 --resume --classes 2,0"), 3, "another --classes");
  check_refused(named.run("--epochs 2 --resume --classes 0,1"), 3, "another --");
}

TEST_CASE("labels are found by name and by number, and become 0, 1, ... in the order given") {
  const std::vector<std::string> animals{"bird", "cat", "dog"};
  CHECK(data::find_labels({"dog", "0"}, animals) == std::vector<Index>{2, 0});
  CHECK_THROWS_WITH_AS(data::find_labels({"cow"}, animals),
                       "class 'cow': the data set has classes 0 to 2 (bird, cat, dog)", Error);
  CHECK_THROWS_AS(data::find_labels({"dog", "2"}, animals), Error);

  data::Dataset data{{1, 1, 2}, {0, 1, 2, 3, 4, 5, 6, 7}, {1, 2, 0, 2}};
  data::keep_labels(data, {2, 1});
  CHECK(data.labels == std::vector<std::uint8_t>{1, 0, 0});
  CHECK(data.pixels == std::vector<std::uint8_t>{0, 1, 2, 3, 6, 7});

  data::check_names({"dog", "anything"}, {2, 1}, animals);
  CHECK_THROWS_AS(data::check_names({"bird", "dog"}, {2, 0}, animals), Error);
}

TEST_CASE("classes of CIFAR-10 are picked by name, of each part of a folder") {
  const TemporaryFolder folder;
  data_files::write_noise_folder(folder / "cifar", true);
  const data::DataFolder data =
      data::read_data_folder(folder / "cifar", {3, 32, 32}, 2, {"dog", "0"});
  CHECK(data.picked == std::vector<Index>{5, 0});
  CHECK(data.names[5] == "dog");
  CHECK(data.training.labels == std::vector<std::uint8_t>{1, 0, 1, 0, 1, 0, 1, 0, 1});
  CHECK(data.validation.labels == std::vector<std::uint8_t>{0});
  CHECK(data.test.labels == std::vector<std::uint8_t>{1, 0});

  data_files::write_square_folder(folder);
  const std::string blank(2 * 144, '\0'), labels("\1\1", 2);
  data_files::write(folder / "t10k-images-idx3-ubyte", data_files::idx_images(2, 12, blank));
  data_files::write(folder / "t10k-labels-idx1-ubyte", data_files::idx_labels(labels));
  CHECK_THROWS_WITH_AS(data::read_data_folder(folder / "", {1, 12, 12}, 2, {"1", "2"}),
                       doctest::Contains("no test image of class 2"), FileError);
}

TEST_CASE("a saturated sigmoid is called one, and its logit told") {
  Networks networks;
  nn::Model model = nn::load_model(networks.model(1, "Sigmoid"));
  model.eval();
  for (real& weight : model.parameters().front().tensor.mutable_values()) weight *= 1000;
  const viz::Objective objective(model, "softmax:0");
  const Tensor image = Tensor::full({1, 1, 4, 4}, 0.5).requires_grad(true);
  const std::string cause = viz::diagnose(model, objective, image).front();
  CHECK(
      cause.starts_with("the sigmoid is saturated: the class's logit is 1800, the objective is 1"));
}
