#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "nn/io/model_file.hpp"
#include "pages.hpp"
#include "programs.hpp"
#include "skip.hpp"
#include "terminal.hpp"
#include "test_data_files.hpp"

namespace {

/// A network and data to train it with, in a folder of their own.
struct Workshop {
  TemporaryFolder folder;
  std::string data = folder / "", model = folder / "squares.json";

  explicit Workshop(std::uint32_t images = 320) {
    data_files::write_square_folder(folder, images);
    data_files::write(model, data_files::square_model);
  }
  std::string command(const std::string& options) const {
    return train_program + " " + model + " --data " + data + " --batch 32 " + options;
  }
  Run train(const std::string& options) const { return run_program(command(options)); }
  std::string file(const std::string& name) const { return slurp(folder / name); }
  bool has(const std::string& name) const { return std::filesystem::exists(folder / name); }
};

}  // namespace

TEST_CASE("train writes description, weights and card, and says how it went") {
  const Workshop shop;
  const Run run = shop.train("--epochs 3 --lr 0.005 --commit v1 --seed 7");
  REQUIRE(run.code == 0);
  CHECK(run.err.empty());
  for (const char* part :
       {"epoch 1/3  loss ", "epoch 3/3  loss ", "validation ", "test accuracy: "}) {
    CHECK_MESSAGE(run.out.find(part) != std::string::npos, part);
  }
  const std::string card = shop.file("squares.md");
  for (const char* part : {"# squares", "test accuracy: ", "of 60)", "of 32)", "288 training",
                           "--lr 0.005", "| seed | 7 |", "| commit | v1 |", "| **middle** |"}) {
    CHECK_MESSAGE(card.find(part) != std::string::npos, part);
  }
  CHECK(card.find(std::filesystem::temp_directory_path().string()) == std::string::npos);
  CHECK(glass::nn::load_model(shop.model).classes.size() == 3);

  const Run info = run_viz("info " + shop.model);
  CHECK(info.code == 0);
  CHECK(info.out.find("test accuracy: ") != std::string::npos);
}

TEST_CASE("train --out leaves the description and its weights alone") {
  const Workshop shop;
  REQUIRE(shop.train("--epochs 1 --out " + (shop.folder / "other.json")).code == 0);
  CHECK(shop.file("squares.json") == data_files::square_model);
  CHECK_FALSE(shop.has("squares.safetensors"));
  CHECK(shop.has("other.safetensors"));
  CHECK(shop.has("other.md"));
  CHECK(glass::nn::load_model(shop.folder / "other.json").weights == "other.safetensors");
}

TEST_CASE("train writes JSON weights beside a description that has such") {
  const Workshop shop;
  std::string json = data_files::square_model;
  json.replace(json.find("squares.safetensors"), 19, "squares-weights.json");
  data_files::write(shop.model, json);
  REQUIRE(shop.train("--epochs 1").code == 0);
  CHECK(shop.has("squares-weights.json"));
  REQUIRE(shop.train("--epochs 1 --out " + (shop.folder / "other.json")).code == 0);
  CHECK(shop.file("other-weights.json") == shop.file("squares-weights.json"));
}

TEST_CASE("train gives the same bytes again, and with two threads") {
  const Workshop one, two;
  REQUIRE(one.train("--epochs 2 --shift 1 --noise 0.1 --threads 1").code == 0);
  REQUIRE(two.train("--epochs 2 --shift 1 --noise 0.1 --threads 2").code == 0);
  CHECK(one.file("squares.safetensors") == two.file("squares.safetensors"));
  CHECK(one.file("squares.json") == two.file("squares.json"));
}

TEST_CASE("train --report tells how it went, and changes nothing else") {
  const Workshop shop;
  const std::string options = "--epochs 3 --shift 1 --adversarial l2 --commit v1 --overwrite";
  const std::vector<std::string> names{"squares.safetensors", "squares.md", "squares.json"};
  std::vector<std::string> plain;
  REQUIRE(shop.train(options).code == 0);
  for (const std::string& name : names) plain.push_back(shop.file(name));
  std::string page;
  for (const char* threads : {"1", "2"}) {
    const Run run =
        shop.train(options + " --report " + (shop.folder / "r.html") + " --threads " + threads);
    REQUIRE(run.code == 0);
    CHECK(run.out.ends_with("r.html\n"));
    for (std::size_t i = 0; i < names.size(); ++i) CHECK(shop.file(names[i]) == plain[i]);
    if (!page.empty()) CHECK(shop.file("r.html") == page);
    page = shop.file("r.html");
  }
  CHECK(page.find("squares learns") != page.npos);
  CHECK(page.find("Test accuracy: ") != page.npos);
  CHECK(page.find("their validation accuracy") != page.npos);

  const nlohmann::json data = pages::data_of(shop.folder / "r.html"), panels = data["panels"];
  REQUIRE(panels.size() == 4);
  CHECK(panels[0]["x"].size() == 27);  // every step of three short epochs
  CHECK(panels[0]["x"][0] == 1);
  CHECK(panels[0]["curves"][0]["values"][26] < panels[0]["curves"][0]["values"][0]);
  CHECK(panels[1]["x"] == nlohmann::json({9, 18, 27}));
  CHECK(panels[1]["curves"].size() == 3);
  CHECK(panels[2]["curves"].size() == 4);  // two convolutions, a normalisation, a linear layer
  CHECK(panels[3]["curves"][0]["values"].size() == 27);
  // The start; steps 1, 2, 4 and 8 of the first epoch; the end of each.
  std::vector<int> steps;
  for (const auto& frame : data["frames"]) steps.push_back(frame["x"]);
  CHECK(steps == std::vector<int>{0, 1, 2, 4, 8, 9, 18, 27});
}

TEST_CASE("train --resume --report begins where the resumed run begins") {
  const Workshop shop;
  REQUIRE(shop.train("--epochs 2").code == 0);
  REQUIRE(shop.train("--epochs 3 --resume --report " + (shop.folder / "r.html")).code == 0);
  const nlohmann::json data = pages::data_of(shop.folder / "r.html");
  CHECK(data["panels"][0]["x"].front() == 19);
  CHECK(data["panels"][0]["x"].back() == 27);
  CHECK(data["panels"][1]["x"] == nlohmann::json::array({27}));
  CHECK(data["frames"][0]["x"] == 18);
}

TEST_CASE("train --resume continues to the bytes of an uninterrupted run") {
  const Workshop whole, pieces;
  const std::string options = " --schedule constant --shift 1";
  REQUIRE(whole.train("--epochs 4" + options).code == 0);
  REQUIRE(pieces.train("--epochs 2" + options).code == 0);
  const Run second = pieces.train("--epochs 4 --resume" + options);
  REQUIRE(second.code == 0);
  CHECK(second.err.empty());
  CHECK(second.out.starts_with("epoch 3/4"));
  CHECK(pieces.file("squares.safetensors") == whole.file("squares.safetensors"));
}

TEST_CASE("train writes nothing when interrupted before the first epoch was done") {
  if (!has_terminals()) return skip("no terminals");
  const Workshop shop(3200);
  const Run run = interrupted_at("epoch 1/10 ", shop.command("--adversarial l2 --pgd-steps 100"));
  CHECK(run.code == 130);
  CHECK(run.err.starts_with("train: interrupted after 0 of 10 epochs; "));
  CHECK(run.err.ends_with(" was not written\n"));
  CHECK_FALSE(shop.has("squares.safetensors"));
  CHECK(shop.file("squares.json") == data_files::square_model);
}

TEST_CASE("train keeps the best so far when interrupted, and can go on") {
  if (!has_terminals()) return skip("no terminals");
  const Workshop shop;
  const std::string report = shop.folder / "r.html";
  const Run run =
      interrupted_at("epoch 2/100000 ", shop.command("--epochs 100000 --report " + report));
  CHECK(run.code == 130);
  CHECK(one_line(run.err));
  CHECK(run.err.find("interrupted after") != std::string::npos);
  CHECK(glass::nn::load_model(shop.model).classes.size() == 3);
  CHECK(shop.file("squares.md").find("test accuracy: ") != std::string::npos);
  CHECK(pages::data_of(report)["panels"].size() > 1);

  const Run further = shop.train("--epochs 1 --resume");
  CHECK(further.code == 0);
  CHECK(further.err.find("planned for 100000") != std::string::npos);
}

TEST_CASE("train refuses what makes no sense, with one line and the right exit code") {
  const Workshop shop;
  check_refused(run_train(shop.model), 2, "--data");
  check_refused(run_train("--data " + shop.data), 2, "MODEL");
  check_refused(shop.train("--epochs 0"), 2, "--epochs");
  check_refused(shop.train("--epochs two"), 2, "--epochs");
  check_refused(shop.train("--optimiser newton"), 2, "newton");
  check_refused(shop.train("--momentum 0.5"), 2, "sgd");
  check_refused(shop.train("--frobnicate"), 2, "frobnicate");
  check_refused(shop.train("--optimiser sgd --lr 1e30"), 3, "learning rate");
  check_refused(shop.train("--optimiser sgd --lr 1e30"), 3, "outputs of conv");
  check_refused(shop.train("--resume"), 4, "squares.checkpoint.safetensors");
  check_refused(shop.train("--out " + (shop.folder / "missing/x.json")), 4, "missing");
  check_refused(shop.train("--report " + (shop.folder / "missing/x.html")), 4, "missing");
  check_refused(run_train(shop.model + " --data /nonexistent"), 4, "/nonexistent");

  REQUIRE(shop.train("--epochs 1").code == 0);
  check_refused(shop.train("--epochs 1 --resume --lr 0.1"), 3, "--lr");
  data_files::write(shop.folder / "train-labels-idx1-ubyte", "not labels");
  check_refused(shop.train("--epochs 1 --overwrite"), 3, "train-labels-idx1-ubyte");
  check_refused(run_train(shop.data + "/t10k-labels-idx1-ubyte --data " + shop.data), 3,
                "t10k-labels-idx1-ubyte");
}

TEST_CASE("train refuses batches of which batch normalisation would see one value") {
  const Workshop shop;
  data_files::write(shop.model, R"({"name": "pooled", "input": {"shape": [1, 12, 12]}, "layers": [
    {"type": "AdaptiveAvgPool2d", "output_size": 1}, {"type": "BatchNorm2d", "num_features": 1},
    {"type": "Flatten"}, {"type": "Linear", "in_features": 1, "out_features": 3}]})");
  const std::string train =
      train_program + " " + shop.model + " --data " + shop.data + " --epochs 1 --batch ";
  check_refused(run_program(train + "1"), 2, "batchnorm1 cannot be trained on one image");
  CHECK(run_program(train + "2").code == 0);
}

TEST_CASE("train explains itself") {
  const Run help = run_train("--help");
  CHECK(help.code == 0);
  for (const char* part : {"--data", "--resume", "--schedule", "Exit codes:"}) {
    CHECK_MESSAGE(help.out.find(part) != std::string::npos, part);
  }
}
