#include <doctest/doctest.h>

#include <algorithm>

#include "programs.hpp"
#include "skip.hpp"
#include "terminal.hpp"
#include "viz/pictures/terminal.hpp"

using namespace glass::viz;

namespace {

const std::string cursor_hides = "\x1b[?25l", cursor_shows = "\x1b[?25h";

/// Two by three pixels: red, green / blue, white / black, grey.
Image six_colours() {
  Image image(2, 3, 3);
  image.pixels = {255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 128, 128, 128};
  return image;
}

/// Before a command: what kind of terminal it runs in.
std::string in(const std::string& variables) {
  return "env -u NO_COLOR -u COLORTERM COLUMNS=100 LINES=30 " + variables + " ";
}

}  // namespace

TEST_CASE("a picture as half blocks: the upper pixel is the character, the lower one behind it") {
  using Lines = std::vector<std::string>;
  CHECK(terminal_lines(six_colours(), Palette::true_colour) ==
        Lines{"\x1b[38;2;255;0;0;48;2;0;0;255m▀\x1b[38;2;0;255;0;48;2;255;255;255m▀\x1b[0m",
              "\x1b[38;2;0;0;0;49m▀\x1b[38;2;128;128;128;49m▀\x1b[0m"});
  CHECK(terminal_lines(six_colours(), Palette::xterm_256) ==
        Lines{"\x1b[38;5;196;48;5;21m▀\x1b[38;5;46;48;5;231m▀\x1b[0m",
              "\x1b[38;5;16;49m▀\x1b[38;5;244;49m▀\x1b[0m"});
  CHECK(terminal_lines(six_colours(), Palette::ascii) == Lines{":#", " :"});

  Image grey(3, 2, 1, 255);  // a colour is set once for neighbours that share it
  grey.at(2, 0) = grey.at(2, 1) = 0;
  CHECK(terminal_lines(grey, Palette::xterm_256) ==
        Lines{"\x1b[38;5;231;48;5;231m▀▀\x1b[38;5;16;48;5;16m▀\x1b[0m"});
  CHECK(terminal_lines(grey, Palette::ascii) == Lines{"@@ "});
  CHECK(terminal_lines(Image(), Palette::ascii).empty());
}

TEST_CASE("the palette is that of the terminal, unless colours are unwanted") {
  CHECK(palette_of({{"TERM", "xterm"}, {"COLORTERM", "truecolor"}}) == Palette::true_colour);
  CHECK(palette_of({{"TERM", "xterm"}, {"COLORTERM", "24bit"}}) == Palette::true_colour);
  CHECK(palette_of({{"TERM", "xterm-256color"}}) == Palette::xterm_256);
  CHECK(palette_of({{"TERM", "xterm-256color"}, {"NO_COLOR", ""}}) == Palette::xterm_256);
  CHECK(palette_of({{"TERM", "xterm"}, {"COLORTERM", "truecolor"}, {"NO_COLOR", "1"}}) ==
        Palette::ascii);
  CHECK(palette_of({{"TERM", "vt100"}}) == Palette::ascii);
  CHECK(palette_of({{"TERM", "dumb"}, {"COLORTERM", "truecolor"}}) == std::nullopt);
  CHECK(palette_of({}) == std::nullopt);
}

TEST_CASE("viz maximise --watch: ten lines where there is no terminal, and the same bytes") {
  const TemporaryFolder folder;
  const auto paint = [&](const std::string& options, const std::string& name) {
    return run_viz("maximise " + mnist_json + " --steps 21 " + options + " -o " +
                   (folder / (name + ".png")) + " --npy " + (folder / (name + ".npy")));
  };
  const auto lines = [](const Run& run) { return std::ranges::count(run.err, '\n'); };
  REQUIRE(paint("--class 3", "plain").code == 0);
  const Run watched = paint("--class 3 --watch", "watched");
  REQUIRE(watched.code == 0);
  CHECK(slurp(folder / "plain.png") == slurp(folder / "watched.png"));
  CHECK(slurp(folder / "plain.npy") == slurp(folder / "watched.npy"));
  CHECK(lines(watched) == 10);
  CHECK(watched.err.starts_with("step 3/21  objective "));
  CHECK_FALSE(contains(watched.err, "\x1b"));
  const std::string last = watched.err.substr(watched.err.rfind("step "));
  CAPTURE(last);
  for (const char* part : {"step 21/21  objective ", "  probability ", " %  TV 0.",
                           "  |gradient| image ", " conv1 ", " relu1 ", " linear2 "}) {
    CHECK_MESSAGE(contains(last, part), part);
  }

  const Run several = paint("--class all --restarts 2 --stop-after 5 --watch", "several");
  CHECK(lines(several) == 10);
  CHECK(several.err.starts_with("run 1/2  step 1/21  objective "));
  CHECK(contains(several.err, "run 2/2  step 5/21  objective "));
  CHECK(contains(several.err, "  means of 10  |gradient| image "));
  const Run layer = paint("--objective layer:conv1 --parametrisation fourier --watch", "layer");
  CHECK(contains(layer.err, "|gradient| coordinates "));
  CHECK_FALSE(contains(layer.err, "probability"));
}

TEST_CASE("viz maximise --watch draws half blocks in a terminal, and gives the cursor back") {
  if (!has_terminals()) return skip("no terminals");
  const TemporaryFolder folder;
  const std::string command =
      viz_program + " maximise " + mnist_json + " --class 3 --steps 40 --watch -o ";
  const Run run = run_in_terminal(in("TERM=xterm-256color") + command + (folder / "a.png"));
  REQUIRE_MESSAGE(run.code == 0, run.err);
  CHECK(run.err.starts_with(cursor_hides));
  CHECK(run.err.rfind(cursor_shows) > run.err.rfind("▀"));
  CHECK(contains(run.err, "\x1b[38;5;"));
  CHECK(contains(run.err, "step 40/40  objective "));
  CHECK(contains(run.err, "conv1"));
  CHECK(contains(run.err, "\r\x1b["));  // up again for another frame

  const Run grey =
      run_in_terminal(in("TERM=xterm-256color NO_COLOR=1") + command + (folder / "b.png"));
  CHECK_FALSE(contains(grey.err, "▀"));
  CHECK(contains(grey.err, "@"));
  const Run dumb = run_in_terminal(in("TERM=dumb") + command + (folder / "c.png"));
  CHECK_FALSE(contains(dumb.err, "\x1b"));
  CHECK(slurp(folder / "a.png") == slurp(folder / "b.png"));
  CHECK(slurp(folder / "a.png") == slurp(folder / "c.png"));
}

TEST_CASE("viz maximise --watch shows every class with its name, in wide and in narrow terminals") {
  if (!has_terminals()) return skip("no terminals");
  const TemporaryFolder folder;
  const std::string command = in("TERM=xterm-256color NO_COLOR=1") + viz_program + " maximise " +
                              cifar_json + " --class all --steps 2 --watch -o " +
                              (folder / "a.png");
  for (const unsigned short columns : std::initializer_list<unsigned short>{80, 40}) {
    CAPTURE(columns);
    const Run run = run_in_terminal(command, {}, 1, columns, 24);
    REQUIRE_MESSAGE(run.code == 0, run.err);
    const std::string frame = run.err.substr(run.err.rfind("step 2/2"));
    for (const char* name : {"airplane", "automobi", "bird", "cat", "deer", "dog", "frog", "horse",
                             "ship", "truck", "|gradient| image "}) {
      CHECK_MESSAGE(contains(frame, name), name);
    }
    std::istringstream lines(frame.substr(0, frame.find("\x1b[J")));
    int count = 0;
    for (std::string line; std::getline(lines, line); ++count) {
      CHECK(line.substr(0, line.find_first_of("\x1b\r")).size() <= columns);
    }
    CHECK(count <= 23);
  }
}

TEST_CASE("viz maximise --watch gives the cursor back after Ctrl-C and after a mistake") {
  if (!has_terminals()) return skip("no terminals");
  const TemporaryFolder folder;
  const std::string command =
      viz_program + " maximise " + mnist_json + " --class 3 --watch -o " + (folder / "a.png");
  const Run stopped =
      run_in_terminal(in("TERM=xterm-256color") + command + " --steps 1000000", "▀");
  CHECK_MESSAGE(stopped.code == 130, stopped.err);
  CHECK(contains(stopped.err, "▀"));
  CHECK(stopped.err.rfind(cursor_shows) > stopped.err.rfind(cursor_hides));
  CHECK(std::filesystem::exists(folder / "a.png"));
  const Run failed =
      run_in_terminal(in("TERM=xterm-256color") + command + " --optimiser sgd --init missing.png");
  CHECK(failed.code == 4);
  CHECK_FALSE(contains(failed.err, cursor_hides));  // nothing was drawn yet
}
