#include <doctest/doctest.h>
#include <sys/stat.h>

#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <set>

#include "nn/io/files.hpp"
#include "nn/io/sha256.hpp"
#include "nn/printable.hpp"
#include "programs.hpp"
#include "viz/pictures/npy.hpp"
#include "viz/pictures/png.hpp"

namespace {

using namespace glass;
using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

/// A folder in which tiny.json has painted x.png, x.npy and x.html, with one for temporary files.
struct Scene {
  TemporaryFolder folder, temporary;

  Scene() {
    for (const char* name : {"tiny.json", "tiny-weights.json"}) {
      fs::copy_file(weights_folder + name, folder / name);
    }
    nn::write_file(folder / "victim", "precious");
    REQUIRE(
        viz("maximise tiny.json --class 3 --steps 3 --bare -o x.png --npy x.npy --report x.html")
            .code == 0);
  }

  Run viz(const std::string& arguments) const {
    return run_program("cd '" + (folder / "") + "' && TMPDIR='" + (temporary / "") + "' '" +
                       viz_program + "' " + arguments);
  }

  Json manifest() const { return Json::parse(viz::read_png_text(folder / "x.png")); }

  /// The picture with another manifest.
  void write(const Json& manifest) const {
    viz::write_png(folder / "y.png", viz::read_png(folder / "x.png", 1),
                   manifest.dump(-1, ' ', true));
  }

  void check_manifest_refused(const Json& manifest) const {
    CAPTURE(manifest.dump(-1, ' ', true));
    write(manifest);
    check_refused("y.png");
  }

  void check_refused(const std::string& file) const {
    const std::set<fs::path> before(fs::directory_iterator(folder / ""), fs::directory_iterator());
    const Run run = viz("replay " + file);
    CAPTURE(run.err);
    CHECK(run.code == 3);
    CHECK(run.out.empty());
    CHECK(one_line(run.err));
    CHECK(run.err.size() < 700);
    const std::string_view line(run.err.data(), run.err.size() - 1);
    CHECK(nn::printable(line, nn::whole_text) == line);
    CHECK(slurp(folder / "victim") == "precious");
    CHECK(fs::is_empty(temporary / ""));
    CHECK(before == std::set<fs::path>(fs::directory_iterator(folder / ""), {}));
  }
};

}  // namespace

TEST_CASE("viz replay: a manifest cannot make it write, whatever its options are called") {
  const Scene scene;
  CHECK(scene.viz("replay x.png").code == 0);
  CHECK(scene.viz("replay x.npy").code == 0);
  CHECK(scene.viz("replay x.html").code == 0);
  const std::pair<const char*, Json> options[] = {
      {"npy=victim", true},
      {"report=victim", true},
      {"npy", "victim"},
      {"output", "victim"},
      {"o", "victim"},
      {"-o", "victim"},
      {"-npy", "victim"},
      {"npy=victim --seed", "1"},
      {"report", "victim"},
      {"animation", "victim"},
      {"threads", "3"},
      {"watch", true},
      {"help", true},
      {"see", "1"},
      {"MODEL", "tiny.json"},
      {"", "victim"},
      {"bare", "--npy=victim"},
      {"bare", false},
      {"seed", true},
      {"seed", 5},
      {"seed", Json::array({"1", "2"})},
      {"seed", "five"},
      {"seed", ""},
      {"steps", "1e9"},
      {"class", ""},
      {"class", Json::array({"1"})},
      {"class", "99"},
      {"class", "nobody"},
      {"class", std::string(100'000, 'a')},
      {"class", std::string("3\0", 2)},
      {"class", "\x1b[2J\n"},
      {"\x1b]0;owned\a\nfake: line", 5},
      {"\u202e\x1b[31mkey", "x"},
      {"data", std::string(300, 'a')},
      {"objective", 1},
      {"objective", "fame:3"},
      {"objective", "logit:3 + 1e999*logit:4"},
  };
  for (const auto& [name, value] : options) {
    Json manifest = scene.manifest();
    manifest["options"][name] = value;
    scene.check_manifest_refused(manifest);
  }
  // The same in the other places that manifests are in.
  Json manifest = Json::parse(slurp(scene.folder / "x.npy.json"));
  manifest["options"]["report=victim"] = true;
  nn::write_file(scene.folder / "x.npy.json", manifest.dump());
  scene.check_refused("x.npy");
  scene.check_refused("x.npy.json");
  std::string page = slurp(scene.folder / "x.html");
  const std::string before = R"("options":{)";
  page.replace(page.rfind(before), before.size(), before + R"("npy=victim":true,)");
  nn::write_file(scene.folder / "x.html", page);
  scene.check_refused("x.html");
}

TEST_CASE("viz replay: a manifest has a command and an output that there are") {
  const Scene scene;
  for (const char* command : {"replay", "figures", "info", "tape", "judge", "maximize", "max", "",
                              "--help", "\x1b[2J\nSECOND LINE", "maximise --npy"}) {
    Json manifest = scene.manifest();
    manifest["command"] = command;
    scene.check_manifest_refused(manifest);
  }
  for (const char* output : {"npy=victim", "threads", "seed", "animation", "unregularised", "o", "",
                             "bare", "\u202etuptuo"}) {
    Json manifest = scene.manifest();
    manifest["output"] = output;
    scene.check_manifest_refused(manifest);
  }
}

TEST_CASE("viz replay: files are read only where they may be") {
  const Scene scene;
  const auto& folder = scene.folder;
  fs::create_directory(folder / "below");
  fs::rename(folder / "tiny.json", folder / "below/moved.json");
  fs::rename(folder / "tiny-weights.json", folder / "below/tiny-weights.json");
  const auto with_path = [&](const std::string& path) {
    Json manifest = scene.manifest();
    manifest["files"][0]["path"] = path;
    return manifest;
  };
  scene.write(with_path("below/moved.json"));
  CHECK(scene.viz("replay y.png").code == 0);
  scene.write(with_path("elsewhere/moved.json"));
  CHECK(scene.viz("replay y.png --in below").code == 0);

  REQUIRE(mkfifo((folder / "pipe").c_str(), 0600) == 0);
  fs::create_symlink("loop", folder / "loop");
  for (const std::string& path :
       {folder / "below/moved.json", std::string("below/../below/moved.json"),
        "../" + fs::path(folder / "").parent_path().filename().string() + "/below/moved.json",
        std::string("pipe"), std::string("loop"), std::string("below"), std::string(""),
        std::string("."), std::string(".."), std::string("/dev/zero"), std::string(300, 'a'),
        std::string(5000, 'a'), std::string(3000, '/'), std::string("\x1b[31m\nno such"),
        std::string("below/moved.json\0", 17)}) {
    CAPTURE(path);
    scene.check_manifest_refused(with_path(path));
  }
  nn::write_file(folder / "large", "");
  fs::resize_file(folder / "large", std::uintmax_t{1} << 40);
  scene.check_manifest_refused(with_path("large"));
  for (const char* option :
       {"output", "npy", "report", "IMAGE", "init=x", "judge", "", "\x1b[2J"}) {
    Json manifest = with_path("below/moved.json");
    manifest["files"][0]["option"] = option;
    scene.check_manifest_refused(manifest);
  }
}

TEST_CASE("viz replay: options of text name no file either") {
  const Scene scene;
  const auto& folder = scene.folder;
  viz::write_npy(folder / "v.npy", Tensor::from({4}, {1, -1, 0.5, 0}));
  REQUIRE(scene
              .viz("maximise tiny.json --steps 2 --objective 'direction:conv1:v.npy + "
                   "0.1*direction:conv1:v.npy' -o x.png")
              .code == 0);
  CHECK(scene.viz("replay x.png").code == 0);
  Json manifest = scene.manifest();
  CHECK(manifest["files"].size() == 3);
  manifest["files"].erase(2);
  scene.check_manifest_refused(manifest);
  manifest["files"].erase(1);
  scene.check_manifest_refused(manifest);
  manifest["options"]["objective"] = "logit:3 + direction:conv1:/etc/passwd";
  scene.check_manifest_refused(manifest);
  manifest["options"]["objective"] = "logit";
  manifest["options"]["class"] = "3 - direction:conv1:v.npy";
  scene.check_manifest_refused(manifest);
  manifest["options"]["class"] = "3";
  scene.write(manifest);
  CHECK(scene.viz("replay y.png").code == 1);
  manifest["options"]["init"] = "y.png";
  scene.check_manifest_refused(manifest);

  manifest = scene.manifest();
  manifest["command"] = "invert";
  manifest["files"].erase(2);
  manifest["files"].erase(1);
  manifest["options"] = {{"layer", {"conv1"}}, {"index", "0"}};
  for (const std::string& data :
       {std::string(300, 'a'), std::string(".."), std::string("/etc"), std::string("a/../b"),
        std::string("nowhere"), std::string("\x1b[2J\n")}) {
    manifest["options"]["data"] = data;
    scene.check_manifest_refused(manifest);
  }
  manifest["options"].erase("data");
  for (const Json& layers : {Json(","), Json("["), Json("[]"), Json::array({"conv1", ","}),
                             Json("conv9"), Json::array()}) {
    manifest["options"]["layer"] = layers;
    scene.check_manifest_refused(manifest);
  }
}

TEST_CASE(
    "viz replay: a manifest in a newer format is refused, and one that says the present is not") {
  const Scene scene;
  Json manifest = scene.manifest();
  CHECK_FALSE(manifest.contains("format"));  // as in all pictures so far
  manifest["format"] = 2;
  manifest["options"] = "what they are then";
  scene.write(manifest);
  const Run newer = scene.viz("replay y.png");
  CHECK(newer.code == 3);
  CHECK(
      newer.err ==
      "viz: y.png: its manifest is in format 2, written by a newer viz; this one reads up to 1\n");
  for (const Json& format : {Json(2), Json(~std::uint64_t{0}), Json(0), Json(-1), Json(1.5),
                             Json("1"), Json(nullptr), Json::array({1}), Json::object()}) {
    manifest = scene.manifest();
    manifest["format"] = format;
    scene.check_manifest_refused(manifest);
  }
  manifest["format"] = 1;
  scene.write(manifest);
  CHECK(scene.viz("replay y.png").out.starts_with("y.png: differs: manifest"));
}

TEST_CASE("viz replay: pictures of earlier versions are made again") {
  // Here lie outputs as they were written before manifests had a format, with their network.
  const std::string folder = std::string(GLASS_SOURCE_DIR) + "/tests/manifests/";
  for (const char* file : {"class.png", "class.npy", "list.png", "saliency.png", "invert.png"}) {
    const Run run = run_program("cd / && '" + viz_program + "' replay " + folder + file);
    CAPTURE(run.err);
    CHECK(run.code <= 1);
    const std::string begin = folder + file + ": ";
    REQUIRE(run.out.starts_with(begin));
    if (run.out == begin + "made again, the same bytes\n") continue;
    // Captions were in other letters, and named what parts pictures; two of the sheets had their width from
    // them. The pictures above them are the same, since it is the first difference that is told.
    if (run.out == begin + "differs: size 836x176 in the file, 508x156 now\n") continue;
    if (run.out == begin + "differs: size 486x176 in the file, 384x176 now\n") continue;
    if (run.out.starts_with(begin + "differs: pixel (54,129)")) continue;
    // Another compiler, or another processor's instructions, round differently; no more than that.
    double before = 0, now = 1;
    const std::size_t numbers = run.out.rfind(": ") + 2;
    CHECK_MESSAGE(
        std::sscanf(run.out.c_str() + numbers, "%lf in the file, %lf now", &before, &now) == 2,
        run.out);
    CHECK(std::abs(now - before) <= 0.01 * std::max(1.0, std::abs(before)));
  }
}

TEST_CASE("viz replay: names of files are those of the manifest, wherever the files lie now") {
  const Scene scene;
  for (const char* folder : {"a", "b", "c", "d"}) fs::create_directory(scene.folder / folder);
  for (const char* name : {"tiny.json", "tiny-weights.json"}) {
    fs::copy_file(scene.folder / name, scene.folder / (std::string("a/") + name));
  }
  viz::write_npy(scene.folder / "b/v.npy", Tensor::from({4}, {1, -1, 0.5, 0}));
  REQUIRE(
      scene
          .viz("maximise a/tiny.json --steps 2 --objective direction:conv1:b/v.npy --bare -o x.png")
          .code == 0);
  fs::remove(scene.folder / "tiny.json");
  fs::rename(scene.folder / "a/tiny.json", scene.folder / "c/tiny.json");
  fs::rename(scene.folder / "a/tiny-weights.json", scene.folder / "c/tiny-weights.json");
  fs::rename(scene.folder / "b/v.npy", scene.folder / "d/v.npy");
  CHECK(scene.viz("replay x.png").code == 3);
  CHECK(scene.viz("replay x.png --in c --in d").code == 0);
}

TEST_CASE("viz replay finds the same bytes from any folder") {
  const Scene scene;
  const std::string name = fs::path(scene.folder / "").parent_path().filename().string();
  const std::string replay = " && '" + viz_program + "' replay ";
  const Run above =
      run_program("( cd '" + (scene.folder / "") + "'" + replay + "x.png && cd .." + replay + name +
                  "/x.png && cd /" + replay + (scene.folder / "x.png") + " )");
  CAPTURE(above.out);
  CHECK_MESSAGE(above.code == 0, above.err);
}

TEST_CASE("viz replay: no folder for temporary files") {
  const Scene scene;
  for (const std::string& folder :
       {std::string("/no/such"), scene.folder / "victim", std::string("/proc/self")}) {
    const Run run = run_program("cd '" + (scene.folder / "") + "' && TMPDIR='" + folder + "' '" +
                                viz_program + "' replay x.png");
    CHECK(run.code == 4);
    CHECK_MESSAGE(one_line(run.err), run.err);
  }
}

TEST_CASE("viz replay: a signal leaves nothing behind and says nothing false") {
  const Scene scene;
  Json manifest = scene.manifest();
  manifest["options"]["steps"] = "1000000";
  // A command that keeps nothing of what it had begun.
  fs::copy_file(digit_png, scene.folder / "digit.png");
  REQUIRE(
      scene.viz("attribute tiny.json digit.png --method smoothgrad --samples 1 -o a.png").code ==
      0);
  Json attribution = Json::parse(viz::read_png_text(scene.folder / "a.png"));
  attribution["options"]["samples"] = "100000";
  const std::pair<const char*, Json> runs[] = {{"INT", manifest},
                                               {"TERM", manifest},
                                               {"HUP", manifest},
                                               {"INT TERM INT TERM", manifest},
                                               {"INT", attribution}};
  for (const auto& [signals, of] : runs) {
    CAPTURE(signals);
    scene.write(of);
    // Its temporary folder is the sign that signals are awaited.
    const std::string temporary = scene.temporary / "";
    const Run run = run_program("( cd '" + (scene.folder / "") + "'; TMPDIR='" + temporary + "' '" +
                                viz_program + "' replay y.png & while kill -0 $! && [ -z \"$(ls " +
                                temporary + ")\" ]; do sleep 0.01; done; for signal in " + signals +
                                "; do kill -$signal $! 2>/dev/null; done; wait $! )");
    CHECK(run.code == 130);
    CHECK(run.out.empty());
    CHECK(run.err == "viz: y.png: interrupted; nothing was compared\n");
    CHECK(fs::is_empty(scene.temporary / ""));
  }
}
