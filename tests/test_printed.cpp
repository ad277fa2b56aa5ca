#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "nn/io/files.hpp"
#include "nn/printable.hpp"
#include "programs.hpp"
#include "viz/pictures/png.hpp"

namespace {

using namespace glass;
using nn::printable;

const std::string override_mark = "\u202e", shown_mark = "\\xe2\\x80\\xae";

/// Nothing but lines of what is printable.
bool harmless(const std::string& out) {
  std::istringstream lines(out);
  for (std::string line; std::getline(lines, line);) {
    if (printable(line, nn::whole_text) != line) return false;
  }
  return true;
}

Run in_folder(const TemporaryFolder& folder, const std::string& command) {
  return run_program("cd '" + (folder / "") + "' && " + command);
}

/// A description of three classes, one of them of this name, and a picture for it.
void write_model(const TemporaryFolder& folder, const std::string& name,
                 const std::string& model = "model") {
  const nlohmann::json description{
      {"name", model},
      {"input", {{"shape", {1, 2, 2}}}},
      {"classes", {name, "猫", "Käse"}},
      {"layers",
       {{{"type", "Flatten"}, {"name", "layer" + name}},
        {{"type", "Linear"}, {"in_features", 4}, {"out_features", 3}}}}};
  nn::write_file(folder / "model.json", description.dump());
  viz::write_png(folder / "grey.png", viz::Image(2, 2, 1));
}

}  // namespace

TEST_CASE("text from outside: letters of all scripts stay, what commands or reorders is escaped") {
  for (const char* text :
       {"plain 'text' \\x1b", "Käse", "猫", "שלום", "λ → 5 %", "🐈", "e\u0301", ""}) {
    CHECK(printable(text) == text);
  }
  const std::pair<const char*, const char*> escaped[] = {
      {"a\x1b[31m\n", "a\\x1b[31m\\x0a"},
      {"\x7f", "\\x7f"},
      {"\u009b", "\\xc2\\x9b"},
      {"\u202e", "\\xe2\\x80\\xae"},
      {"\u2066", "\\xe2\\x81\\xa6"},
      {"\u200f", "\\xe2\\x80\\x8f"},
      {"\u061c", "\\xd8\\x9c"},
      {"\u200b", "\\xe2\\x80\\x8b"},
      {"\u2060", "\\xe2\\x81\\xa0"},
      {"\ufeff", "\\xef\\xbb\\xbf"},
      {"\u2028", "\\xe2\\x80\\xa8"},
      {"\ufe0f", "\\xef\\xb8\\x8f"},
      {"\ue000", "\\xee\\x80\\x80"},
      {"\U000e0041", "\\xf3\\xa0\\x81\\x81"},
      // Not UTF-8: alone, cut off, longer than needed, a surrogate, beyond the last.
      {"a\x80", "a\\x80"},
      {"\xe7\x8c", "\\xe7\\x8c"},
      {"\xc0\xaf", "\\xc0\\xaf"},
      {"\xed\xa0\x80", "\\xed\\xa0\\x80"},
      {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},
      {"\xff", "\\xff"},
  };
  for (const auto& [text, shown] : escaped) {
    CHECK(printable(text) == shown);
    CHECK(printable(shown) == shown);
  }
  CHECK(printable("猫猫猫猫", 3) == "猫猫猫...");
  CHECK(printable("猫猫猫", 3) == "猫猫猫");
  CHECK(printable(std::string(1000, 'a'), nn::whole_text) == std::string(1000, 'a'));
}

TEST_CASE("names of classes, layers and models, and lines of cards, do not command the terminal") {
  const TemporaryFolder folder;
  write_model(folder, override_mark + "x", "m" + override_mark);
  nn::write_file(folder / "model.md",
                 "\x1b[31mtest accuracy: 5 %\a\r" + override_mark + "\nother\n");
  for (const std::string& command :
       {std::string("info model.json"), std::string("classify model.json grey.png"),
        std::string("classify model.json grey.png --json"),
        std::string("saliency model.json grey.png --json"),
        std::string("maximise model.json --class 0 --steps 2 --json"),
        std::string("maximise model.json --class 0 --steps 2 --watch"),
        std::string("invert model.json grey.png --layer all --steps 2 --json"),
        std::string("gallery model.json --steps 2"),
        std::string("judge model.json --judge model.json --maximise --steps 2"),
        std::string("judge model.json --judge model.json --maximise --steps 2 --json"),
        std::string("tape model.json"), std::string("tape model.json --format json"),
        std::string("tape model.json --format dot"), std::string("tape model.json --format svg")}) {
    CAPTURE(command);
    const Run run = in_folder(folder, viz_program + " " + command);
    CHECK_MESSAGE(run.code == 0, run.err);
    CHECK(harmless(run.out));
    CHECK(harmless(run.err));
  }
  const std::string info = in_folder(folder, viz_program + " info model.json").out;
  CHECK(info.find("\\x1b[31mtest accuracy: 5 %\\x07\\x0d" + shown_mark + "\n") != info.npos);
  CHECK(in_folder(folder, viz_program + " classify model.json grey.png").out.find("Käse") !=
        std::string::npos);
  // What was mistyped is a text from outside, too.
  for (const std::string& words :
       {"--\x1b[2J" + override_mark, "\x1b[2J" + override_mark, std::string("classify 'a\nb' c"),
        "maximise model.json --class " + override_mark,
        "maximise model.json --objective " + override_mark,
        std::string("maximise model.json --class 0 --steps '\x1b[2J\n'"),
        "invert model.json grey.png --layer " + override_mark,
        "maximise model.json --class 0 -o 'no\nsuch/" + override_mark + ".png'",
        "replay '\n" + override_mark + "'"}) {
    CAPTURE(words);
    const Run run = in_folder(folder, viz_program + " " + words);
    CHECK((run.code == 2 || run.code == 4));
    CHECK(one_line(run.err));
    CHECK(harmless(run.err));
  }
}

TEST_CASE("names in pages and drawings stay text") {
  const TemporaryFolder folder;
  write_model(folder, "</script><script>alert('\"&amp;\\')//");
  const std::string same = viz_program + " tape model.json --class 0 -o ";
  for (const char* file : {"a.html", "a.svg", "a.dot"}) {
    REQUIRE(in_folder(folder, same + file).code == 0);
  }
  for (const char* file : {"a.html", "a.svg"}) {
    CHECK(slurp(folder / file).find("</script><script>alert") == std::string::npos);
  }
  CHECK(slurp(folder / "a.dot").find(R"(alert('\"&amp;\\')//)") != std::string::npos);
  REQUIRE(in_folder(folder, viz_program +
                                " maximise model.json --class 0 --steps 2 -o a.png --report r.html")
              .code == 0);
  CHECK(slurp(folder / "r.html").find("</script><script>alert") == std::string::npos);
}

TEST_CASE("file names that are not UTF-8, too long or in a loop have their exit codes") {
  const TemporaryFolder folder;
  write_model(folder, "one");
  std::filesystem::create_symlink("loop", folder / "loop");
  for (const char* command :
       {"cp model.json '\xff.json' && VIZ info '\xff.json'",
        "VIZ maximise '\xff.json' --class 0 --steps 2 -o '\xfe.png' --npy '\xfe.npy' --report "
        "'\xfe.html' --json",
        "cp grey.png '\xfd.png' && VIZ saliency '\xff.json' '\xfd.png' --json",
        "VIZ invert '\xff.json' '\xfd.png' --layer all --steps 2 --json",
        "VIZ tape '\xff.json' -o '\xfe.svg'", "VIZ replay '\xfe.png'; [ $? = 3 ]"}) {
    std::string line = command;
    line.replace(line.find("VIZ"), 3, viz_program);
    CAPTURE(line);
    const Run run = in_folder(folder, "{ " + line + "; }");
    CHECK_MESSAGE(run.code == 0, run.err);
    CHECK(harmless(run.out));
    CHECK(harmless(run.err));
    if (line.ends_with("--json")) CHECK(nlohmann::json::accept(run.out));
  }
  CHECK(harmless(slurp(folder / "\xfe.svg")));
  const std::string name(300, 'a'), path(5000, 'a');
  for (const std::string& bad : {name, path, std::string("loop"), std::string("loop/x.json")}) {
    for (const std::string& command :
         {"info " + bad, "classify model.json " + bad, "replay " + bad,
          "maximise model.json --class 0 --steps 2 --init " + bad,
          "maximise model.json --class 0 --steps 2 -o " + bad + "/x.png",
          "regulariser model.json --class 0 --judge " + bad, "figures -o " + bad,
          "invert model.json --layer all --data " + bad + " --index 0",
          "judge model.json --judge model.json --images " + bad}) {
      CAPTURE(command);
      const Run run = in_folder(folder, viz_program + " " + command);
      CHECK(run.code == 4);
      CHECK(one_line(run.err));
    }
  }
}

TEST_CASE("viz info reads a card of a sensible size") {
  const TemporaryFolder folder;
  write_model(folder, "one");
  nn::write_file(folder / "model.md", "");
  std::filesystem::resize_file(folder / "model.md", std::uintmax_t{1} << 40);
  const Run run = in_folder(folder, viz_program + " info model.json");
  CHECK(run.code == 3);
  CHECK(one_line(run.err));
}

/// So that nobody forgets: what is printed goes through `print_line`, `print_text` and `notice`.
TEST_CASE("nothing is printed past the functions that escape") {
  const std::string root = GLASS_SOURCE_DIR;
  for (const char* folder : {"/viz", "/weights", "/nn"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root + folder)) {
      const std::string path = entry.path().string().substr(root.size());
      if (entry.path().extension() != ".cpp") continue;
      const std::string code = slurp(entry.path());
      const auto has = [&](const char* word) { return code.find(word) != code.npos; };
      const bool prints = has("std::cout") || has("std::cerr") || has("std::clog") ||
                          has("std::printf") || has("std::fprintf") || has("std::puts");
      const bool may = path == "/viz/cli/program.cpp" || path == "/viz/cli/progress.cpp" ||
                       path == "/viz/cli/run_again.cpp" ||  // turns it off
                       path == "/viz/cli/tape.cpp" ||       // a document
                       path == "/viz/cli/watch.cpp";        // pictures
      CHECK_MESSAGE((may || !prints), path);
    }
  }
}
