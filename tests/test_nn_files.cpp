#include <doctest/doctest.h>
#include <sys/stat.h>

#include "nn/files.hpp"
#include "nn/printable.hpp"
#include "run_program.hpp"

using namespace glass;
namespace fs = std::filesystem;

TEST_CASE("bytes survive being written and read, and replace what was there") {
  const TemporaryFolder folder;
  const std::string path = folder / "a";
  for (const std::string& bytes :
       {std::string("longer\0 \r\n\xff", 10), std::string("b"), std::string()}) {
    nn::write_file(path, bytes);
    CHECK(nn::read_file(path) == bytes);
  }
  CHECK(std::distance(fs::directory_iterator(folder / ""), fs::directory_iterator()) == 1);
}

TEST_CASE("what cannot be read is named, with the reason") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH_AS(nn::read_file(folder / "none"),
                       (folder / "none: cannot open: No such file or directory").c_str(), IoError);
  CHECK_THROWS_WITH_AS(nn::read_file(folder / ""), doctest::Contains("not a regular file"),
                       IoError);
  REQUIRE(mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK_THROWS_WITH_AS(nn::read_file(folder / "pipe"), doctest::Contains("not a regular file"),
                       IoError);
}

TEST_CASE("a write that fails leaves the old file and no temporary one") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH_AS(nn::write_file(folder / "no/such/folder", "x"),
                       doctest::Contains("no/such/folder: cannot open: No such file"), IoError);
  fs::create_directory(folder / "busy");
  CHECK_THROWS_AS(nn::write_file(folder / "busy", "x"), IoError);
  CHECK(fs::is_directory(folder / "busy"));
}

TEST_CASE("devices are written to, not replaced") {
  if (!fs::exists("/dev/full")) return;
  CHECK_THROWS_WITH_AS(nn::write_file("/dev/full", "x"), doctest::Contains("No space left"),
                       IoError);
  nn::write_file("/dev/null", "x");
  CHECK(fs::is_character_file("/dev/null"));
}

TEST_CASE("a link stays a link when its file is replaced") {
  const TemporaryFolder folder;
  nn::write_file(folder / "real", "old");
  fs::create_symlink(folder / "real", folder / "link");
  nn::write_file(folder / "link", "new");
  CHECK(fs::is_symlink(folder / "link"));
  CHECK(nn::read_file(folder / "real") == "new");
}

TEST_CASE("text out of files cannot command the terminal") {
  CHECK(nn::printable("plain 'text'") == "plain 'text'");
  CHECK(nn::printable(std::string("\x1b[31m\n\0\x7f\xc2\x9b", 9)) ==
        "\\x1b[31m\\x0a\\x00\\x7f\\xc2");
  CHECK(nn::printable(std::string(1000, 'a')) == std::string(80, 'a') + "...");
}
