#include <doctest/doctest.h>
#include <unistd.h>

#include <vector>

#include "programs.hpp"
#include "skip.hpp"
#include "terminal.hpp"
#include "test_data_files.hpp"

namespace {

namespace fs = std::filesystem;

/// Two steps of `viz maximise` that write each kind of output to `path`.
std::vector<std::string> writers(const std::string& path) {
  const std::string few = viz_program + " maximise " + mnist_json + " --class 3 --steps 2 ";
  return {few + "-o " + path, few + "-o /dev/null --npy " + path,
          few + "-o /dev/null --report " + path,
          viz_program + " tape " + mnist_json + " --class 3 --format json -o " + path};
}

/// A file that was there before, and what becomes of it.
struct OldFile {
  TemporaryFolder folder;
  std::string path = folder / "out";

  OldFile() { data_files::write(path, "old"); }
  void check_refused(const Run& run, const std::string& reason) const {
    CAPTURE(run.err);
    CHECK(run.code == 4);
    CHECK(one_line(run.err));
    CHECK(run.err.find(path + reason) != std::string::npos);
    CHECK(slurp(path) == "old");
    CHECK(std::distance(fs::directory_iterator(folder / ""), fs::directory_iterator()) == 1);
  }
};

}  // namespace

TEST_CASE("every --help tells the exit codes") {
  std::vector<std::string> programs{train_program, viz_program};
  for (const char* command :
       {"maximise", "gallery", "process", "regulariser", "sweep", "features", "invert", "attribute",
        "saliency", "attack", "dream", "tape", "classify", "info", "judge", "replay", "figures"}) {
    programs.push_back(viz_program + ' ' + command);
  }
  for (const std::string& program : programs) {
    const Run help = run_program(program + " --help");
    CHECK_MESSAGE(help.code == 0, program);
    CHECK_MESSAGE(help.out.find("Exit codes: 0 done, 2 usage, 3 bad input, 4 input/output") !=
                      std::string::npos,
                  program);
  }
}

TEST_CASE("a file that grows too large: exit code 4, one line, and the old file whole") {
  const OldFile old;
  const TemporaryFolder counts;
  for (const std::string& command : writers(old.path)) {
    CAPTURE(command);
    // The limit would also cut off the counts that a coverage build writes at its end.
    old.check_refused(run_program("ulimit -f 1; GCOV_PREFIX='" + (counts / "") + "' " + command),
                      ": cannot write: File too large");
  }
}

TEST_CASE("a file or folder that may not be written: exit code 4, one line, the old file whole") {
  const std::optional<std::string> prefix = where_permissions_count();
  if (!prefix) return skip("no permissions count for root, and no setpriv changes that");
  const OldFile old;
  fs::permissions(old.path, fs::perms::owner_read);
  for (const std::string& command : writers(old.path)) {
    CAPTURE(command);
    old.check_refused(run_program(*prefix + command), ": cannot write: Permission denied");
  }
  fs::permissions(old.folder / "", fs::perms::owner_read | fs::perms::owner_exec);
  fs::permissions(old.path, fs::perms::owner_all);
  for (const std::string& command : writers(old.path)) {
    CAPTURE(command);
    old.check_refused(run_program(*prefix + command), ": cannot write: Permission denied");
  }
  fs::permissions(old.folder / "", fs::perms::owner_all);
}

TEST_CASE("a full device: exit code 4") {
  if (!fs::exists("/dev/full")) return skip("no /dev/full");
  for (const std::string& command : writers("/dev/full")) {
    const Run run = run_program(command);
    CHECK(run.code == 4);
    CHECK(run.err.find("/dev/full: cannot write: No space left on device") != std::string::npos);
  }
}

TEST_CASE("a closed pipe: exit code 4") {
  const TemporaryFolder folder;
  const std::string closed_now = "'" + (folder / "closed") + "'";
  const Run closed = run_program("( { until [ -e " + closed_now + " ]; do sleep 0.01; done; " +
                                 viz_program + " info " + mnist_json +
                                 "; echo $? >&2; } | { exec <&-; : >" + closed_now + "; } )");
  CHECK(closed.err == "viz: standard output cannot be written\n4\n");
}

TEST_CASE("numbers that nobody would write: exit code 2 and one line") {
  const std::string trains = train_program + ' ' + mnist_json + " --data /nonexistent ";
  const std::string paints =
      viz_program + " maximise " + mnist_json + " --class 3 --steps 0 -o /dev/null ";
  const std::vector<std::string> wrong{
      trains + "--lr nan",
      trains + "--lr inf",
      trains + "--lr 1e999",
      trains + "--lr 0",
      trains + "--lr=-1",
      trains + "--lr 0x1p-9",
      trains + "--optimiser sgd --momentum nan",
      trains + "--weight-decay nan",
      trains + "--weight-decay inf",
      trains + "--label-smoothing nan",
      trains + "--noise nan",
      trains + "--adversarial l2 --eps nan",
      trains + "--seed=-1",
      trains + "--seed 18446744073709551616",
      trains + "--seed 99999999999999999999",
      trains + "--seed 0x10",
      trains + "--seed 010",
      trains + "--seed 1e3",
      trains + "--seed ''",
      trains + "--epochs 4294967297",
      trains + "--test-attack l2",
      trains + "--test-attack l2:",
      trains + "--test-attack l2:nan",
      trains + "--test-attack l2:inf",
      trains + "--test-attack l2:1e999",
      trains + "--test-attack l2:-1",
      trains + "--test-attack 'l2: 1'",
      trains + "--test-attack l3:1",
      trains + "--test-attack l2:1x",
      paints + "--lr nan",
      paints + "--tv inf",
      paints + "--beta nan",
      paints + "--seed=-1",
      paints + "--seed 99999999999999999999",
      paints + "--seed 0b1",
      paints + "--count 99999999999999999999",
      paints + "--threads 0x1",
      viz_program + " regulariser " + mnist_json + " --class 3 --lambdas 1,nan",
  };
  for (const std::string& command : wrong) {
    const Run run = run_program(command);
    CAPTURE(command);
    CHECK(run.code == 2);
    CHECK_MESSAGE(one_line(run.err), run.err);
    CHECK(run.err.find("internal") == std::string::npos);
  }
  CHECK(run_program(paints + "--seed 18446744073709551615 --lr 1e-3 --tv .5").code == 0);
}

TEST_CASE("no memory: exit code 4 and one line") {
  if (sanitized) return skip("no limit is low enough: sanitizers reserve terabytes");
  const Run run = run_program("ulimit -v 120000; " + viz_program + " maximise " + mnist_json +
                              " --class 3 --count 1000 --threads 1 -o /dev/null");
  CHECK(run.code == 4);
  CHECK(run.err == "viz: the system gives no more memory\n");
}

TEST_CASE("Ctrl-C keeps what there is, says so, and what was kept can be made again") {
  if (!has_terminals()) return skip("no terminals");
  const TemporaryFolder folder;
  const std::string path = folder / "picture.png";
  const Run process = interrupted_at(
      "step 2/", viz_program + " process " + mnist_json + " --class 3 --steps 100000 -o " + path);
  CHECK(process.code == 130);
  CHECK(process.out.ends_with(path + "\n"));
  CHECK(process.err.find(" of 100000 steps; what there was is in " + path) != std::string::npos);
  CHECK(run_viz("replay " + path + " --in " + weights_folder).code == 0);

  const std::string other = folder / "other.png";
  const Run gallery = interrupted_at("step 1/", viz_program + " gallery " + mnist_json + ' ' +
                                                    mnist_json + " --steps 100000 -o " + other);
  CHECK(gallery.code == 130);
  CHECK(gallery.err == "viz: interrupted after 0 of 2 networks; " + other + " was not written\n");
  CHECK_FALSE(fs::exists(other));

  std::string lambdas = "0";
  for (int i = 1; i < 1000; ++i) lambdas += ",0." + std::to_string(i);
  // Of the second picture.
  const Run sheet =
      interrupted_at("step 1/",
                     viz_program + " regulariser " + mnist_json + " --class 3 --steps 30 -o " +
                         other + " --lambdas " + lambdas,
                     2);
  CHECK(sheet.code == 130);
  CHECK(sheet.err.find(" of 3000 pictures; what there was is in " + other) != std::string::npos);
  CHECK(run_viz("replay " + other + " --in " + weights_folder).code == 0);
}
