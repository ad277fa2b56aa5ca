#include <doctest/doctest.h>

#include "nn/io/files.hpp"
#include "programs.hpp"
#include "viz/web/painter.hpp"

using namespace glass;
using namespace glass::viz;

namespace {

/// `viz` itself, in the folder of the networks, writes by the painter's command what the painter keeps, byte
/// by byte.
void check_kept(const web::Painter& painter, const std::string& file, const std::string& options) {
  const std::string command = painter.command(file)["command"], program = "viz";
  CHECK(command == "viz maximise " + file + ' ' + options);
  const TemporaryFolder folder;
  const std::string picture = folder / "again.png";
  const Run run = run_program("cd '" + weights_folder + "' && '" + viz_program + '\'' +
                              command.substr(program.size()) + " -o '" + picture + '\'');
  CAPTURE(run.err);
  REQUIRE(run.code == 0);
  CHECK(nn::read_file(picture) == painter.png(file));
}

}  // namespace

TEST_CASE("what the page keeps is what viz maximise writes by its command, manifest included") {
  web::Painter tiny(weights_folder + "tiny.json");
  web::Json run{
      {"objective", "logit:index:3"}, {"seed", 5}, {"settings", {{"tv", 0.25}, {"steps", 20}}}};
  tiny.begin(run);
  CHECK(tiny.command("tiny.json")["command"] ==
        "viz maximise tiny.json --objective logit:index:3 --steps 20 --tv 0.25 --seed 5");
  CHECK_THROWS_WITH_AS(tiny.png("tiny.json"), "at the start, nothing is painted yet", Error);
  run["settings"]["lr"] = 0.1;  // before the first step: it begins so
  tiny.change(run);
  tiny.advance(20, false);
  check_kept(tiny, "tiny.json", "--objective logit:index:3 --steps 20 --lr 0.1 --tv 0.25 --seed 5");

  web::Painter robust(weights_folder + "mnist-robust.json");  // which recommends some
  robust.begin({{"objective", "logit:all"}, {"start", "grey"}});
  robust.advance(2, false);
  check_kept(robust, "mnist-robust.json", "--objective logit:all --init grey --stop-after 2");
  robust.begin({{"objective", "logit:3 - 0.5*logit:8"}, {"settings", {{"l2", 0.3}}}});
  robust.advance(2, false);
  check_kept(robust, "mnist-robust.json",
             "--objective 'logit:3 - 0.5*logit:8' --l2 0.3 --stop-after 2");
}

TEST_CASE(
    "what was changed on the way is painted again after as many steps, also beyond the plan") {
  web::Painter tiny(weights_folder + "tiny.json");
  web::Json run{{"objective", "channel:conv1:2"}, {"seed", 0}, {"settings", {{"steps", 6}}}};
  tiny.begin(run);
  tiny.advance(3, false);
  run["settings"]["tv"] = 9;  // a knob on its way
  tiny.change(run);
  run["settings"]["tv"] = 4;
  run["settings"]["jitter"] = 0;
  tiny.change(run);
  tiny.advance(2, true);
  run["settings"]["steps"] = 40;
  tiny.change(run);
  tiny.advance(3, false);
  run["settings"]["tv"] = 1;  // which no step has seen
  tiny.change(run);
  check_kept(tiny, "tiny.json",
             "--objective channel:conv1:2 --steps 6 --stop-after 8 "
             "--change 3:tv=4,3:jitter=0,5:steps=40");

  const auto refuses = [](const std::string& change, const std::string& line) {
    check_refused(run_viz("maximise " + tiny_json + " --steps 2 -o x.png --change " + change), 2,
                  line);
  };
  for (const char* bad :
       {"tv=3", "4:tv", "4:tv=", "4:tv=x", "4:wonder=3", "4:init-noise=1", "4:tv=3x", "x4:tv=3"}) {
    refuses(bad, std::string("--change '") + bad + "': expected STEP:SETTING=NUMBER");
  }
  refuses("2:tv=1", "--change '2:tv=1': there are 2 steps");
  refuses("1:steps=40,20:tv=4", "--change '20:tv=4': there are 2 steps");
  const TemporaryFolder folder;
  const std::string cut_off = folder / "cut-off.png";
  CHECK(run_viz("maximise " + tiny_json +
                " --class 3 --steps 6 --stop-after 2 --change 4:tv=1 -o " + cut_off)
            .code == 0);
  CHECK(run_viz("replay --in " + weights_folder + " " + cut_off).code == 0);
  refuses("4:tv=-1", "--change '4:tv=-1': expected a number from 0 to 1e+06");
}
