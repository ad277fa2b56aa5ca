#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "autograd/table.hpp"
#include "nn/suggestion.hpp"
#include "programs.hpp"
#include "terminal.hpp"
#include "viz/pictures/png.hpp"

namespace {

namespace fs = std::filesystem;
using glass::aligned;
using glass::Flush;
using glass::nn::did_you_mean;

std::size_t longest_line(const std::string& text) {
  std::istringstream lines(text);
  std::size_t longest = 0;
  for (std::string line; std::getline(lines, line);) longest = std::max(longest, line.size());
  return longest;
}

void check_mistake(const std::string& command, const std::string& reason, int code = 2) {
  CAPTURE(command);
  check_refused(run_program(command), code, reason);
}

}  // namespace

TEST_CASE("did you mean: the nearest word, if it is near") {
  const std::vector<std::string> layers{"conv1", "relu1", "conv2", "linear1"};
  CHECK(did_you_mean("cnov2", layers) == "; did you mean conv2?");
  CHECK(did_you_mean("Conv22", layers) == "; did you mean conv2?");
  CHECK(did_you_mean("line", layers) == "; did you mean linear1?");
  CHECK(did_you_mean("li", layers) == "");
  CHECK(did_you_mean("--li", {"--linear"}) == "");
  CHECK(did_you_mean("dropout", layers) == "");
  CHECK(did_you_mean("10", {"1", "0"}) == "");
  CHECK(did_you_mean("x", {"y"}) == "");
  CHECK(did_you_mean("", layers) == "");
  CHECK(did_you_mean("conv", {}) == "");
  CHECK(did_you_mean("cab\x1b", {"cab\x1b."}) == "; did you mean cab\\x1b.?");
  CHECK(did_you_mean(std::string(100000, 'a'), {std::string(100000, 'a') + 'b'}) == "");
}

TEST_CASE("columns of a table lie flush left or right, of names in any script") {
  const std::vector<std::vector<std::string>> rows{{"", "own"}, {"été", "7 %"}, {"noise"}};
  CHECK(aligned(rows) == "       own\nété    7 %\nnoise\n");
  CHECK(aligned({{"", "own"}, {"été", "7"}}, Flush::right) == "     own\nété    7\n");
}

TEST_CASE("viz alone tells what there is and what to try, and that this was no use") {
  const Run alone = run_program(viz_program), help = run_viz("--help");
  CHECK(alone.code == 2);
  CHECK(alone.out.empty());
  CHECK(alone.err == help.out);
  CHECK(help.code == 0);
  for (const char* part : {"To begin with:", "Paint, with frozen weights:", "  maximise ",
                           "Look into a network:", "  tape ", "  replay "}) {
    CHECK_MESSAGE(contains(help.out, part), part);
  }
  CHECK(run_viz("help").out == help.out);
}

TEST_CASE("--help: groups, an example, ranges and defaults, and lines that fit") {
  const Run help = run_viz("maximise --help");
  CHECK(help.code == 0);
  CHECK(contains(help.out, "Usage: viz maximise MODEL [options]"));
  for (const char* part : {"Examples:", "  viz maximise weights/", "What to paint:", "How to step:",
                           "Where to begin:", "What it writes:", "-o,--output FILE.png",
                           "(adam, sgd; default: adam)", "--steps N", "default: 512)"}) {
    CHECK_MESSAGE(contains(help.out, part), part);
  }
  CHECK(run_viz("help maximise").out == help.out);
  CHECK(run_viz("help maximize").out == help.out);
  for (const char* command :
       {"maximise", "gallery", "process", "regulariser", "sweep", "features", "invert", "attribute",
        "saliency", "attack", "dream", "tape", "classify", "info", "judge", "replay", "figures"}) {
    CAPTURE(command);
    const Run wide = run_viz(std::string(command) + " --help");
    CHECK(contains(wide.out, "Examples:"));
    CHECK(longest_line(wide.out) <= 100);  // examples are not broken
    const Run narrow = run_program("COLUMNS=50 " + viz_program + ' ' + command + " --help");
    CHECK(std::ranges::count(narrow.out, '\n') > std::ranges::count(wide.out, '\n'));
  }
  CHECK(run_viz("help maximise | cat").out == help.out);
}

TEST_CASE("--version") {
  for (const std::string& program : {viz_program, train_program}) {
    const Run run = run_program(program + " --version");
    CHECK(run.code == 0);
    CHECK(run.out.starts_with("glassgrad "));
    CHECK(one_line(run.out));
  }
}

TEST_CASE("who mistypes is told what there is") {
  const TemporaryFolder folder;
  const std::string out = " --steps 1 -o " + (folder / "x.png");
  check_mistake(viz_program + " maximse " + tiny_json,
                "maximse: no such command; did you mean maximise?");
  check_mistake(viz_program + " help maximse", "did you mean maximise?");
  check_mistake(viz_program + " frobnicate", "frobnicate: no such command (see --help)");
  check_mistake(viz_program + " maximise " + tiny_json + " --clas 3" + out,
                "--clas: no such option; did you mean");
  check_mistake(viz_program + " maximise " + tiny_json + " --class=3 --setps=4",
                "--setps: no such option; did "
                "you mean --steps?");
  check_mistake(viz_program + " invert " + tiny_json + ' ' + digit_png + " --layr conv1",
                "did you mean --layer?");
  check_mistake(viz_program + " maximise " + tiny_json + " --class 3 --optimiser adm" + out,
                "did you mean adam?");
  check_mistake(viz_program + " maximise " + cifar_json + " --class hrose" + out,
                "did you mean horse?");
  check_mistake(viz_program + " maximise " + tiny_json + " --objective chanel:conv1:0" + out,
                "did you mean channel?");
  check_mistake(viz_program + " maximise " + tiny_json + " --class 3 --objective logti" + out,
                "did you mean logit?");
  check_mistake(viz_program + " maximise " + tiny_json + " --objective channel:cnov1:0" + out,
                "did you mean conv1?");
  check_mistake(viz_program + " maximise " + tiny_json + " --class channel:conv1:0" + out,
                "--class channel:conv1:0: no class, but an objective: --objective "
                "\"channel:conv1:0\"");
  check_mistake(train_program + ' ' + tiny_json + " --data . --epoch 3", "did you mean --epochs?");
  check_mistake(viz_program + " maximise " + tiny_json + " --class 3 --seed 1 --seed 2" + out,
                "--seed");
  CHECK_FALSE(fs::exists(folder / "x.png"));
}

TEST_CASE("an output whose name promises something else is refused before any work") {
  const TemporaryFolder folder;
  const std::string bad = folder / "x.pdf", class_3 = " --class 3 --steps 1000000 ",
                    picture = "a .png file; call it " + (folder / "x.png");
  for (const std::string& command :
       {"maximise " + tiny_json + class_3 + "-o ", "gallery " + tiny_json + " --steps 1000000 -o ",
        "process " + tiny_json + class_3 + "-o ",
        "process " + tiny_json + class_3 + "-o /dev/null --animation ",
        "regulariser " + tiny_json + " --judge " + mnist_json + class_3 + "-o ",
        "invert " + tiny_json + ' ' + digit_png + " --layer conv1 --steps 1000000 -o ",
        "invert " + tiny_json + ' ' + digit_png +
            " --layer conv1 --steps 1000000 -o /dev/null --unregularised ",
        "features " + tiny_json + " --layer conv1 --steps 1000000 -o ",
        "attribute " + tiny_json + ' ' + digit_png + " --samples 100000 -o ",
        "saliency " + tiny_json + ' ' + digit_png + " -o ",
        "attack " + tiny_json + ' ' + digit_png + " --steps 1000 -o ",
        "dream " + tiny_json + ' ' + digit_png + " --class 3 --steps 100000 -o ",
        "classify " + tiny_json + ' ' + digit_png + " --seen "}) {
    check_mistake(viz_program + ' ' + command + bad, picture);
  }
  check_mistake(viz_program + " maximise " + tiny_json + class_3 + "-o /dev/null --npy " + bad,
                "a .npy file");
  check_mistake(viz_program + " maximise " + tiny_json + class_3 + "-o /dev/null --report " + bad,
                "a .html file");
  check_mistake(viz_program + " tape " + tiny_json + " -o " + bad,
                ".svg, .html, .dot, .json or .txt");
  CHECK(run_viz("tape " + tiny_json + " --format text -o " + bad).code == 0);
  CHECK(run_viz("maximise " + tiny_json + " --class 3 --steps 0 -o " + (folder / "x.PNG")).code ==
        0);
  for (const std::string& command : {"maximise " + tiny_json + class_3, "tape " + tiny_json,
                                     "saliency " + tiny_json + ' ' + digit_png}) {
    check_mistake(viz_program + ' ' + command + " -o ''", "--output: expected a word, found none");
    check_mistake(viz_program + ' ' + command + " -o " + (folder / ""), "is a folder", 4);
  }
  check_mistake(train_program + ' ' + tiny_json + " --data . -o -", "none is standard output");
}

TEST_CASE("-o -: standard output has the picture and nothing else, and no terminal is given one") {
  const TemporaryFolder folder;
  const std::string few = "maximise " + tiny_json + " --class 3 --steps 2 -o ",
                    file = folder / "file.png";
  REQUIRE(run_viz(few + file).code == 0);
  for (const char* name : {"-", "/dev/stdout"}) {
    const Run piped = run_program("{ " + viz_program + ' ' + few + name + " | cat; }");
    CHECK(piped.out == slurp(file));
    CHECK(contains(piped.err, "% "));               // the scores
    CHECK(run_viz(few + name).out == slurp(file));  // into a file
  }
  check_mistake(viz_program + ' ' + few + "- --npy -", "two outputs in one file");
  CHECK(run_viz("tape " + tiny_json + " -o -").out == run_viz("tape " + tiny_json).out);
  CHECK_FALSE(fs::exists("-"));
}

TEST_CASE("a pipe gets what a person reads") {
  const TemporaryFolder folder;
  const std::string out = " -o " + (folder / "x.png");
  const auto piped = [&](const std::string& command) {
    const Run run = run_program("{ " + viz_program + ' ' + command + out + " | cat; }");
    CHECK(run.err.empty());
    CHECK_FALSE(contains(run.out, "\x1b"));
    CHECK(contains(run.out, folder / "x.png\n"));
    return run.out;
  };
  const std::string one = piped("maximise " + tiny_json + " --class 3 --steps 2");
  CHECK(contains(one, " %   objective "));
  CHECK(contains(one, ", from "));
  CHECK(std::ranges::count(piped("maximise " + tiny_json + " --class all --steps 2"), '\n') == 11);
  CHECK(contains(piped("maximise " + tiny_json + " --objective channel:conv1:1 --steps 2"),
                 "conv1 1"));
  CHECK(contains(piped("process " + tiny_json + " --class 3 --steps 2"), " %   objective "));
  CHECK(std::ranges::count(piped("gallery " + tiny_json + " --steps 2"), '\n') == 12);
  CHECK(contains(piped("saliency " + tiny_json + ' ' + digit_png), "norm of the gradient"));
  CHECK(
      contains(piped("invert " + tiny_json + ' ' + digit_png + " --layer conv1 --steps 2"), " dB"));
}

TEST_CASE(
    "a single picture is large enough to see, and what is older than --width can be made again") {
  const TemporaryFolder folder;
  const auto paint = [&](const std::string& options) {
    const std::string path = folder / "x.png";
    REQUIRE(run_viz("maximise " + tiny_json + " --steps 2 -o " + path + " " + options).code == 0);
    CHECK(run_viz("replay " + path + " --in " + weights_folder).code == 0);
    return glass::viz::read_png(path, 1);
  };
  const auto says_width = [&] {
    const std::string text = glass::viz::read_png_text(folder / "x.png");
    return nlohmann::json::parse(text)["options"].contains("width");
  };
  for (const char* pictures : {"1", "2", "3", "4", "5"}) {
    CHECK(paint(std::string("--class 3 --count ") + pictures).width >= 448);
    CHECK(says_width());
  }
  CHECK(paint("--class all").width == paint("--class all --width 0").width);
  const glass::viz::Image old = paint("--class 3 --width 0");
  CHECK(old.width == 112 + 2 * 12);
  CHECK_FALSE(says_width());
  CHECK(paint("--class 3 --bare").width == 28);
}
