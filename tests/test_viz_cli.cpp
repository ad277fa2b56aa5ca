#include <doctest/doctest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "programs.hpp"
#include "skip.hpp"
#include "viz/pictures/png.hpp"

TEST_CASE("viz paints all ten digits, surely, and with the same bytes for any number of threads") {
  const TemporaryFolder folder;
  const auto paint = [&](int threads, const std::string& name) {
    return run_viz("maximise " + mnist_json + " --class all --json --threads " +
                   std::to_string(threads) + " -o " + (folder / (name + ".png")) + " --npy " +
                   (folder / (name + ".npy")));
  };
  const Run one = paint(1, "one"), two = paint(2, "two");
  REQUIRE(one.code == 0);
  REQUIRE(two.code == 0);
  CHECK(one.err.empty());
  CHECK(slurp(folder / "one.png") == slurp(folder / "two.png"));
  CHECK(slurp(folder / "one.npy") == slurp(folder / "two.npy"));

  const auto report = nlohmann::json::parse(one.out);
  CHECK(report["weights_sha256_before"] == report["weights_sha256_after"]);
  REQUIRE(report["classes"].size() == 10);
  for (const auto& digit : report["classes"]) {
    CHECK(digit["probability"].get<double>() > 0.99);
    CHECK(digit["objective_after"].get<double>() > digit["objective_before"].get<double>());
  }
}

TEST_CASE("viz attack: the change deceives the network, and is told as it is") {
  const TemporaryFolder folder;
  const std::string png = folder / "a.png", npy = folder / "a.npy",
                    samples = std::string(GLASS_SOURCE_DIR) + "/docs/samples/",
                    digit = samples + "digit.png";
  const Run run = run_viz("attack " + mnist_json + " " + digit + " --target 3 --steps 8 --beside " +
                          tiny_json + " --json -o " + png + " --npy " + npy);
  REQUIRE_MESSAGE(run.code == 0, run.err);
  const auto attacks = nlohmann::json::parse(run.out)["attacks"];
  REQUIRE(attacks.size() == 2);
  const Tensor changed = viz::read_npy(npy), image = viz::to_tensor(viz::read_png(digit, 1));
  REQUIRE(changed.shape() == Shape{2, 1, 28, 28});
  for (const Index n : {0, 1}) {
    const auto& attack = attacks[static_cast<std::size_t>(n)];
    CHECK(attack["found"] == true);
    CHECK(attack["before"]["class"] == "5");
    CHECK(attack["after"]["class"] == "3");
    const Tensor change = narrow(changed, 0, n, 1) - image;
    CHECK(attack["l2"].get<double>() == doctest::Approx(std::sqrt(sum(square(change)).item())));
    CHECK(attack["linf"].get<double>() <= attack["l2"].get<double>());
  }
  CHECK(run_viz("replay " + png + " --in " + weights_folder + " --in " + samples).code == 0);
  const Run in_vain = run_viz("attack " + tiny_json + " " + digit + " --eps 0.001 -o " + png);
  CHECK(in_vain.code == 0);
  CHECK(in_vain.out.find("tiny: 5 98.9 %, no attack of this strength succeeds\n") == 0);
  const Run unknown =
      run_viz("attack " + tiny_json + " " + digit + " --target nine -o " + (folder / "b.png"));
  CHECK(unknown.code == 2);
  CHECK(unknown.err.find("class 'nine'") != unknown.err.npos);
}

TEST_CASE("viz names in a bare picture the class that painted it") {
  const TemporaryFolder folder;
  const std::string picture = folder / "four.png";
  REQUIRE(run_viz("maximize " + mnist_json + " --class 4 --bare -o " + picture).code == 0);
  const Run classified = run_viz("classify " + mnist_json + " " + picture + " --json");
  REQUIRE(classified.code == 0);
  const auto report = nlohmann::json::parse(classified.out);
  CHECK(report["predicted"]["index"] == 4);
  CHECK(report["predicted"]["class"] == "4");
  CHECK(report["predicted"]["probability"].get<double>() > 0.9);
  CHECK(report["logits"].size() == 10);
  CHECK(report["probabilities"].size() == 10);
}

TEST_CASE("viz info lists layers and accuracy") {
  const Run info = run_viz("info " + mnist_json);
  CHECK(info.code == 0);
  for (const char* word : {"Conv2d", "MaxPool2d", "[1,10]", "99."}) {
    CHECK_MESSAGE(info.out.find(word) != std::string::npos, word);
  }
}

TEST_CASE("viz answers each mistake with one line and its exit code") {
  const TemporaryFolder folder;
  const std::string out = " -o " + (folder / "x.png");
  std::ofstream(folder / "bad.json") << "{";
  std::ofstream(folder / "bad.png") << "no picture";
  const struct {
    std::string arguments;
    int code;
  } mistakes[] = {
      {"maximse", 2},
      {"maximise " + mnist_json, 2},
      {"maximise " + mnist_json + " --class 10" + out, 2},
      {"maximise " + mnist_json + " --class seven" + out, 2},
      {"maximise " + mnist_json + " --class 1 --objective fame" + out, 2},
      {"maximise " + mnist_json + " --class 1 --steps many" + out, 2},
      {"maximise " + mnist_json + " --class 1 --beta nan" + out, 2},
      {"maximise " + mnist_json + " --class all --bare" + out, 2},
      {"maximise " + (folder / "missing.json") + " --class 1" + out, 4},
      {"maximise " + (folder / "bad.json") + " --class 1" + out, 3},
      {"maximise " + mnist_json + " --class 1 --init " + (folder / "bad.png") + out, 3},
      {"maximise " + mnist_json + " --class 1 --steps 1 -o " + (folder / "no/such/folder.png"), 4},
      {"classify " + mnist_json + " " + (folder / "bad.png"), 3},
      {"figures -o " + (folder / "no/such/folder"), 4},
      {"figures --root " + (folder / "no/such/folder") + " -o " + (folder / ""), 4},
      {"classify " + mnist_json + " " + (folder / "missing.png"), 4},
  };
  for (const auto& mistake : mistakes) {
    CAPTURE(mistake.arguments);
    const Run run = run_viz("" + mistake.arguments);
    CHECK(run.code == mistake.code);
    CHECK_MESSAGE(one_line(run.err), run.err);
    CHECK(run.out.empty());
  }
  CHECK_FALSE(std::filesystem::exists(folder / "x.png"));
}

TEST_CASE("viz notices a standard output that cannot be written") {
  if (!std::filesystem::exists("/dev/full")) return skip("no /dev/full");
  const Run run = run_viz("info " + mnist_json + " >/dev/full 2>/dev/null; exit $?");
  CHECK(run.code == 4);
}

TEST_CASE("viz says both sizes when a picture does not fit, and resamples on request") {
  const TemporaryFolder folder;
  const std::string sheet = folder / "sheet.png";
  REQUIRE(run_viz("maximise " + mnist_json + " --class 0 --steps 2 -o " + sheet).code == 0);
  const Run refused = run_viz("classify " + mnist_json + " " + sheet);
  CHECK(refused.code == 3);
  CHECK(refused.err.find("28x28") != std::string::npos);
  CHECK(refused.err.find("the image has") != std::string::npos);
  CHECK(run_viz("classify " + mnist_json + " " + sheet + " --resize").code == 0);
}

TEST_CASE(
    "viz replay takes a picture of another build for the same within a tolerance, and says so") {
  const TemporaryFolder folder;
  const std::string path = folder / "x.png", replay = "replay " + path + " --in " + weights_folder;
  REQUIRE(run_viz("maximise " + tiny_json + " --class 3 --steps 3 -o " + path).code == 0);
  CHECK(run_viz(replay).out == path + ": made again, the same bytes\n");
  std::string manifest = viz::read_png_text(path);
  const viz::Image picture = viz::read_png(path, 1);
  const auto apart = [&](std::uint8_t levels) {
    viz::Image other = picture;
    for (std::uint8_t& pixel : other.pixels) pixel ^= levels;  // a single bit
    viz::write_png(path, other, manifest);
  };
  apart(1);
  const Run close = run_viz(replay);
  CHECK(close.code == 0);
  CHECK(close.out.starts_with(path + ": made again, not the same bytes: 1 of 255 grey levels"));
  const Run exact = run_viz(replay + " --tolerance 0.5");
  CHECK(exact.code == 1);
  CHECK(exact.out.starts_with(path + ": differs: pixel (0,0)"));
  apart(8);
  CHECK(run_viz(replay).code == 1);

  auto older =
      nlohmann::ordered_json::parse(manifest);  // of a version that wrote fewer of them down
  REQUIRE(older["options"].erase("jitter") == 1);
  manifest = older.dump();
  apart(1);
  CHECK(run_viz(replay).code == 0);
}
