#include <doctest/doctest.h>

#include <map>
#include <vector>

#include "nn/io/model_file.hpp"
#include "programs.hpp"
#include "test_data_files.hpp"
#include "viz/pictures/npy.hpp"

/// Which files a program may write, and that it says so before it begins.
namespace {

namespace fs = std::filesystem;

/// A network, data to train it with, and a file outside that is nobody's business.
struct Workshop {
  TemporaryFolder folder;
  const std::string model = folder / "in/squares.json", weights = folder / "in/squares.safetensors",
                    precious = folder / "precious";

  Workshop() {
    data_files::write_square_folder(folder);
    fs::create_directory(folder / "in");
    data_files::write(model, data_files::square_model);
    data_files::write(precious, "whole");
  }
  Run train(const std::string& options, int epochs = 1) const {
    return run_train(model + " --data " + (folder / "") + " --batch 32 --epochs " +
                     std::to_string(epochs) + " " + options);
  }
};

}  // namespace

TEST_CASE("train leaves what is there already alone, unless it is told otherwise") {
  for (const char* name : {"squares.safetensors", "squares.md", "squares.checkpoint.safetensors"}) {
    const Workshop shop;
    const std::string path = shop.folder / "in/" + name;
    data_files::write(path, "precious");
    check_refused(shop.train(""), 2, path + ": is there already");
    CHECK(slurp(path) == "precious");
    CHECK(shop.train("--overwrite").code == 0);
    CHECK(slurp(path) != "precious");
  }
  const Workshop shop;
  const std::string other = shop.folder / "in/other.json", page = shop.folder / "page.html";
  data_files::write(other, "precious");
  data_files::write(page, "precious");
  check_refused(shop.train("-o " + other), 2, other + ": is there already");
  check_refused(shop.train("--report " + page), 2, page + ": is there already");
  CHECK(slurp(other) + slurp(page) == "preciousprecious");
  CHECK(shop.train("--report " + page + " -o " + other + " --overwrite").code == 0);
  CHECK(glass::nn::load_model(other).weights == "other.safetensors");
  CHECK_FALSE(fs::exists(shop.weights));
}

TEST_CASE("train --resume goes on with its own weights, and with no others") {
  const Workshop shop;
  REQUIRE(shop.train("").code == 0);
  check_refused(shop.train(""), 2, "is there already");
  CHECK(shop.train("--resume", 2).code == 0);
  CHECK(shop.train("--resume", 3).code == 0);
  const std::string own = slurp(shop.weights);
  std::string foreign = own;
  foreign.back() = static_cast<char>(foreign.back() ^ 1);
  for (const std::string& bytes : {foreign, std::string("not weights")}) {
    data_files::write(shop.weights, bytes);
    check_refused(shop.train("--resume", 4), 2, "not the weights of the run");
    CHECK(slurp(shop.weights) == bytes);
  }
  CHECK(shop.train("--resume --overwrite", 4).code == 0);
}

TEST_CASE("train --resume replaces no card, description or page that was not of such a run") {
  const Workshop shop;
  const std::string out = shop.folder / "in/out.json", card = shop.folder / "in/out.md",
                    page = shop.folder / "page.html", options = "-o " + out + " --report " + page;
  REQUIRE(shop.train(options).code == 0);
  CHECK(shop.train("--resume " + options, 2).code == 0);
  for (const std::string& path : {out, card, page}) {
    const std::string own = slurp(path);
    data_files::write(path, "precious");
    check_refused(shop.train("--resume " + options, 3), 2, path + ": is there already");
    CHECK(slurp(path) == "precious");
    data_files::write(path, own);
  }
}

TEST_CASE("viz judge shows what it sees in no file that it reads") {
  const TemporaryFolder folder;
  const std::string judge = folder / "judge.json", picture = folder / "seven.png";
  fs::copy(tiny_json, judge);
  fs::copy(weights_folder + "tiny-weights.json", folder / "tiny-weights.json");
  fs::copy(digit_png, picture);
  for (const std::string& path : {judge, folder / "tiny-weights.json", picture}) {
    const std::string before = slurp(path);
    check_refused(run_viz("judge " + tiny_json + " --maximise --steps 1 --judge " + judge +
                          " --init " + picture + " --seen " + path),
                  2, path + ": is an input");
    CHECK(slurp(path) == before);
  }
}

TEST_CASE("train does not write through a link out of the folder") {
  for (const char* name : {"squares.safetensors", "squares.md", "squares.checkpoint.safetensors"}) {
    for (const char* target : {"../precious", "../nothing"}) {
      const Workshop shop;
      fs::create_symlink(target, shop.folder / "in/" + name);
      for (const char* options : {"", "--overwrite", "--resume"}) {
        check_refused(shop.train(options), 3, "leads out of its folder");
      }
      CHECK(slurp(shop.precious) == "whole");
      CHECK_FALSE(fs::exists(shop.folder / "nothing"));
    }
  }
  const Workshop shop;
  const auto train = [&](const std::string& path) {
    return run_train(path + " --data " + (shop.folder / "") + " --batch 32 --epochs 1");
  };
  fs::create_directory(shop.folder / "out");
  fs::create_symlink(shop.model, shop.folder / "out/link.json");
  check_refused(train(shop.folder / "out/link.json"), 3, "leads out of its folder");
  fs::create_symlink("in/squares.json", shop.folder / "link.json");  // to a folder below its own
  CHECK(train(shop.folder / "link.json").code == 0);
  CHECK(fs::is_symlink(shop.folder / "link.json"));
  CHECK(fs::exists(shop.folder / "squares.safetensors"));
}

TEST_CASE("train refuses two outputs in one file, and an output that it reads") {
  const Workshop shop;
  const auto with_weights = [&](const std::string& name) {
    std::string json = data_files::square_model;
    data_files::write(shop.model, json.replace(json.find("squares.safetensors"), 19, name));
    return json;
  };
  for (const char* name : {"squares.json", "squares.checkpoint.safetensors", "./squares.json"}) {
    const std::string json = with_weights(name);
    check_refused(shop.train("--overwrite"), 2, "two outputs in one file");
    CHECK(slurp(shop.model) == json);
  }
  with_weights("squares.weights");
  check_refused(shop.train(""), 3, "weight files end in .safetensors or .json");
  with_weights("squares.safetensors");
  REQUIRE(shop.train("").code == 0);
  const std::string before = slurp(shop.weights);
  // squares.safetensors are MODEL's weights, not those of another description
  fs::create_directory(shop.folder / "out");
  fs::create_symlink("../in/squares.safetensors", shop.folder / "out/new.safetensors");
  check_refused(shop.train("--overwrite -o " + (shop.folder / "out/new.json")), 2, "is an input");
  check_refused(shop.train("--overwrite --report " + (shop.folder / "in/../in/squares.md")), 2,
                "two outputs in one file");
  check_refused(shop.train("--overwrite --report " + (shop.folder / "t10k-labels-idx1-ubyte")), 2,
                "is an input");
  CHECK(slurp(shop.weights) == before);
}

TEST_CASE("train runs no program because of where a model lies") {
  const Workshop shop;
  const std::string folder = shop.folder / "in";
  REQUIRE(run_program("git init -q " + folder).code == 0);
  REQUIRE(run_program("git -C " + folder + " config core.fsmonitor 'touch " +
                      (shop.folder / "it-ran") + "; false'")
              .code == 0);
  REQUIRE(shop.train("").code == 0);
  CHECK_FALSE(fs::exists(shop.folder / "it-ran"));
  CHECK(slurp(folder + "/squares.md").find("| commit | ") != std::string::npos);
}

TEST_CASE("viz refuses an output that is an input, and two outputs in one file") {
  const TemporaryFolder folder;
  const std::string model = folder / "squares.json", weights = folder / "squares.safetensors",
                    picture = folder / "p.png";
  data_files::write(model, data_files::square_model);
  glass::nn::save_model(glass::nn::load_description(model), model);
  const std::string paint = viz_program + " maximise " + model + " --class 0 --steps 1 ";
  REQUIRE(run_program(paint + "--bare -o " + picture).code == 0);
  const std::string array = folder / "a.npy";
  glass::viz::write_npy(array, glass::Tensor::full({8}, 1));
  fs::create_symlink("p.png", folder / "link.png");
  fs::create_hard_link(weights, folder / "hard");
  std::map<std::string, std::string> before;
  const auto read_all = [&] {
    std::map<std::string, std::string> all;
    for (const auto& entry : fs::directory_iterator(folder / "")) {
      all[entry.path().string()] = slurp(entry.path().string());
    }
    return all;
  };
  before = read_all();
  const std::string init = "--init " + picture + " ", image = picture + " ";
  const std::vector<std::string> inputs{
      paint + "-o " + model,
      paint + "-o " + weights,
      paint + "-o " + (folder / "hard"),
      paint + "-o " + (folder / "./squares.json"),
      paint + init + "-o " + picture,
      paint + init + "-o " + (folder / "link.png"),
      paint + init + "-o /dev/null --npy " + picture,
      paint + init + "-o /dev/null --report " + picture,
      viz_program + " maximise " + model + " --objective direction:relu1:" + array + " -o " + array,
      viz_program + " process " + model + " --class 0 -o " + (folder / "new.png") +
          " --animation " + model,
      viz_program + " gallery " + model + " -o " + weights,
      viz_program + " regulariser " + model + " --class 0 --judge " + model + " -o " + model,
      viz_program + " saliency " + model + " " + image + "-o " + picture,
      viz_program + " invert " + model + " " + image + "--layer conv1 --unregularised " + picture,
      viz_program + " tape " + model + " --image " + image + "-o " + picture,
      viz_program + " tape " + model + " -o " + weights,
  };
  for (const std::string& command : inputs) {
    CAPTURE(command);
    check_refused(run_program("cd " + (folder / "") + "; " + command), 2, "is an input");
  }
  const std::string x = folder / "x", here = folder / "";
  const std::vector<std::string> outputs{
      paint + "-o " + x + " --npy " + x,
      paint + "-o " + x + " --report " + here + "../" +
          fs::path(here).parent_path().filename().string() + "/x",
      viz_program + " process " + model + " --class 0 -o " + x + " --animation ./x",
      viz_program + " invert " + model + " " + image + "--layer conv1 -o " + x +
          " --unregularised " + x,
      viz_program + " saliency " + model + " " + image + "-o " + x + " --npy " + x,
  };
  for (const std::string& command : outputs) {
    CAPTURE(command);
    check_refused(run_program("cd " + here + "; " + command), 2, "two outputs in one file");
  }
  fs::create_symlink("round", folder / "round");
  const std::vector<std::string> impossible{
      paint + "-o " + std::string(300, 'n'), paint + "-o round",
      viz_program + " tape " + model + " -o squares.json/x",
      train_program + " " + model + " --data . -o " + std::string(240, 'n')};
  for (const std::string& command : impossible) {
    CAPTURE(command);
    check_refused(run_program("cd " + here + "; " + command), 4, "cannot write: ");
  }
  fs::remove(folder / "round");
  CHECK(read_all() == before);
  CHECK(run_program(paint + "-o /dev/null --report /dev/null").code == 0);
}
