#include <doctest/doctest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "nn/io/files.hpp"
#include "programs.hpp"
#include "viz/pictures/npy.hpp"
#include "viz/pictures/png.hpp"

namespace {

using namespace glass;

nlohmann::json manifest(const std::string& png) {
  return nlohmann::json::parse(viz::read_png_text(png));
}

}  // namespace

TEST_CASE("viz: --class K is --objective logit:K, and not both") {
  const TemporaryFolder folder;
  const std::string same = " --steps 5 --npy ";
  const auto in_folder = [&](const std::string& name) {
    return (folder / (name + ".npy")) + " -o " + (folder / (name + ".png"));
  };
  REQUIRE(run_viz("maximise " + tiny_json + " --class 3" + same + in_folder("a")).code == 0);
  REQUIRE(run_viz("maximise " + tiny_json + " --objective logit:3" + same + in_folder("b")).code ==
          0);
  CHECK(slurp(folder / "a.npy") == slurp(folder / "b.npy"));
  REQUIRE(
      run_viz("maximise " + tiny_json + " --class 3 --objective logprob" + same + in_folder("c"))
          .code == 0);
  CHECK(slurp(folder / "a.npy") != slurp(folder / "c.npy"));
  for (const char* mistake : {"--class 3 --objective logit:3", "", "--objective logit",
                              "--objective channel:conv9:0", "--class 3 --npy -"}) {
    CAPTURE(mistake);
    const Run run = run_viz("maximise " + tiny_json + " " + mistake + " -o " + (folder / "x.png"));
    CHECK(run.code == 2);
    CHECK(run.out.empty());
  }
}

TEST_CASE("viz: other objectives, several pictures, restarts, an early end") {
  const TemporaryFolder folder;
  const auto report = [&](const std::string& arguments) {
    const Run run = run_viz("maximise " + tiny_json + " --json --steps 6 -o " + (folder / "x.png") +
                            " --npy " + (folder / "x.npy") + " " + arguments);
    CHECK_MESSAGE(run.code == 0, run.err);
    return nlohmann::json::parse(run.out);
  };
  const nlohmann::json channels = report("--objective channel:conv1:all");
  CHECK(channels["pictures"].size() ==
        static_cast<std::size_t>(viz::read_npy(folder / "x.npy").shape()[0]));
  CHECK(report("--objective 'logit:3 + 0.5*diversity:relu1' --count 3")["classes"].size() == 3);
  CHECK(report("--objective layer:conv1")["pictures"].size() == 1);
  const nlohmann::json twice = report("--class all --count 2");
  CHECK(twice["classes"].size() == 20);
  CHECK(twice["classes"][13]["class"] == "3");
  CHECK(twice["classes"][13]["objective_before"].get<double>() ==
        doctest::Approx(report("--class 3 --count 2")["classes"][1]["objective_before"]));
  const double once = report("--class 3")["classes"][0]["objective_after"];
  CHECK(report("--class 3 --restarts 4")["classes"][0]["objective_after"].get<double>() >= once);
  CHECK(report("--class 3 --stop-after 2")["steps"] == 2);
  const nlohmann::json varied = report("--class 3 --count 2 --variety 1");
  CHECK(varied["objective"].get<std::string>().find("*variety:") != std::string::npos);
  CHECK(varied["classes"].size() == 2);
  const Run again = run_viz("replay " + (folder / "x.png") + " --in " + weights_folder);
  CHECK_MESSAGE(again.out.find("the same bytes") != std::string::npos, (again.out + again.err));
  CHECK(report("--class 3 --count 2 --variety 1 --restarts 1") != varied);
  check_refused(run_viz("maximise " + tiny_json + " --class 3 --variety 1"), 2, "expected --count");
}

TEST_CASE("viz: every output says how it was made, and can be made again") {
  const TemporaryFolder folder;
  const std::string png = folder / "a.png", npy = folder / "a.npy";
  REQUIRE(run_viz("maximise " + tiny_json +
                  " --class 3 --steps 8 --blur 0.5 --seed 5 --threads 1 -o " + png + " --npy " +
                  npy)
              .code == 0);
  const nlohmann::json said = manifest(png);
  CHECK(said["command"] == "maximise");
  CHECK(said["options"]["seed"] == "5");
  CHECK(said["options"]["steps"] == "8");
  CHECK_FALSE(said["options"].contains("threads"));
  CHECK(said["files"][0]["path"] == "tiny.json");
  CHECK(said.dump().find(folder / "") == std::string::npos);

  const std::string in = " --in " + weights_folder;
  CHECK(run_viz("replay " + png + in + " --threads 2").code == 0);
  CHECK(run_viz("replay " + npy + in).code == 0);
  CHECK(run_viz("replay " + npy + ".json" + in).code == 0);

  // One element is touched: the replay says which.
  Tensor images = viz::read_npy(npy);
  images.mutable_data()[29] += real(0.25);
  viz::write_npy(npy, images);
  const Run different = run_viz("replay " + npy + in);
  CHECK(different.code == 1);
  CHECK(different.out.find("element [0,0,1,1]") != std::string::npos);

  // The manifest is touched: another seed gives another picture.
  std::string other = viz::read_png_text(png);
  other.replace(other.find("\"seed\":\"5\""), 10, "\"seed\":\"6\"");
  viz::write_png(png, viz::read_png(png, 1), other);
  CHECK(run_viz("replay " + png + in).code == 1);

  // So is the model: it is not the one that the file was made with.
  other.replace(other.find("\"sha256\":\"") + 10, 4, "0000");
  viz::write_png(png, viz::read_png(png, 1), other);
  CHECK(run_viz("replay " + png + in).code == 3);
  viz::write_png(png, viz::Image(3, 3, 1));
  CHECK(run_viz("replay " + png).code == 3);
  CHECK(run_viz("replay " + (folder / "missing.png")).code == 4);
}

TEST_CASE("viz: a direction is found again by its name and digest") {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "there");
  viz::write_npy(folder / "there/v.npy", Tensor::from({4}, {1, -1, 0.5, 0}));
  const std::string png = folder / "d.png",
                    objective = "direction:conv1:" + (folder / "there/v.npy");
  REQUIRE(run_viz("maximise " + tiny_json + " --steps 4 --objective " + objective + " -o " + png)
              .code == 0);
  CHECK(manifest(png)["options"]["objective"] == "direction:conv1:v.npy");
  CHECK(manifest(png).dump().find(folder / "") == std::string::npos);
  const std::string again =
      "replay " + png + " --in " + weights_folder + " --in " + (folder / "there");
  CHECK(run_viz(again).code == 0);
  viz::write_npy(folder / "there/v.npy", Tensor::from({4}, {1, 1, 1, 1}));
  CHECK(run_viz(again).code == 3);
}

TEST_CASE(
    "viz sweep: any two settings, of which regulariser's are a case, and mistakes before any "
    "work") {
  const TemporaryFolder folder;
  const std::string png = folder / "s.png", model = tiny_json + " --class 3 --judge " + mnist_json,
                    few = " --steps 5 -o " + png;
  const auto after = [](const Run& run, const char* word) {  // what a line says from there on
    std::istringstream lines(run.out);
    std::string words;
    for (std::string line; std::getline(lines, line);) {
      if (contains(line, word)) words += line.substr(line.find(word)) + '\n';
    }
    return words;
  };
  const Run sheet = run_viz("sweep " + model + " --rows beta=1,2 --columns tv=0,.50,5" + few);
  REQUIRE(sheet.code == 0);
  CHECK(contains(sheet.out, "tv 0.5   beta 2   self "));
  CHECK(manifest(png)["options"]["columns"] == "tv=0,.50,5");
  CHECK(run_viz("replay " + png + " --in " + weights_folder).code == 0);
  const Run same = run_viz("regulariser " + model + " --lambdas 0,.50,5 --betas 1,2" + few);
  CHECK(after(sheet, "self") == after(same, "self"));
  CHECK(std::ranges::count(after(sheet, "self"), '\n') == 6);

  const std::string words =
      " --rows init=grey,noise --columns parametrisation=pixel,fourier --tv 0";
  REQUIRE(run_viz("sweep " + model + words + few).code == 0);
  CHECK(run_viz("replay " + png + " --in " + weights_folder).code == 0);
  const struct {
    std::string rows, said;
  } mistakes[] = {{"beta", "--rows beta: expected a setting and its values"},
                  {"beta=1,,2", "--rows beta=1,,2: expected a setting and its values"},
                  {"bet=1", "--bet: no such option; did you mean --beta?"},
                  {"beta=1,70", "--beta: 70 is not in 0.1 to 10"},
                  {"threads=1,2", "threads: changes no picture"},
                  {"seen=" + (folder / "x.png"), "seen: changes no picture"},
                  {"init=" + digit_png, "expected noise or grey"},
                  {"tv=1", "expected two settings, found tv twice"}};
  for (const auto& [rows, said] : mistakes) {
    check_refused(run_viz("sweep " + model + " --columns tv=0,1 --rows " + rows + few), 2, said);
  }
  CHECK_FALSE(std::filesystem::exists(folder / "x.png"));
}

TEST_CASE("viz: gallery, process and regulariser draw their sheets, and replay them") {
  const TemporaryFolder folder;
  const std::string few = " --steps 5 --seed 1 -o ";
  const std::string gallery = folder / "g.png", process = folder / "p.png", grid = folder / "r.png";
  REQUIRE(run_viz("gallery " + tiny_json + " " + mnist_json + few + gallery).code == 0);
  REQUIRE(run_viz("process " + tiny_json + " --class 3" + few + process + " --animation " +
                  (folder / "film.png"))
              .code == 0);
  REQUIRE(run_viz("regulariser " + tiny_json + " --class 3 --judge " + mnist_json +
                  " --lambdas 0,0.5 --betas 1,2" + few + grid)
              .code == 0);
  const std::string defaults = folder / "d.png";
  REQUIRE(run_viz("regulariser " + tiny_json + " --class 3 --judge " + mnist_json + few + defaults)
              .code == 0);
  for (const std::string& file : {gallery, process, grid, defaults, folder / "film.png"}) {
    CAPTURE(file);
    const Run again = run_viz("replay " + file + " --in " + weights_folder);
    CHECK_MESSAGE(again.code == 0, (again.out + again.err));
    CHECK(viz::read_png(file, 3).width > 112);
  }
  CHECK(run_viz("process " + tiny_json + " --class all" + few + process).code == 2);
  CHECK(run_viz("regulariser " + tiny_json + " --objective layer:conv1 --judge " + mnist_json +
                few + grid)
            .code == 2);
  CHECK(run_viz("regulariser " + tiny_json + " --class 3 --judge " + (folder / "none.json") + few +
                grid)
            .code == 4);
}
