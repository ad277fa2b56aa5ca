#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <thread>
#include <vector>

#include "autograd/random.hpp"
#include "nn/files.hpp"
#include "nn/printable.hpp"
#include "run_program.hpp"
#include "skip.hpp"

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

TEST_CASE("a file that is too large is refused before it is read") {
  const TemporaryFolder folder;
  nn::write_file(folder / "a", "12345");
  CHECK(nn::read_file(folder / "a", 5) == "12345");
  CHECK_THROWS_WITH_AS(nn::read_file(folder / "a", 4),
                       (folder / "a: 5 bytes, at most 4 are read").c_str(), FileError);
}

TEST_CASE("a write that fails leaves the old file and no temporary one") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH_AS(nn::write_file(folder / "no/such/folder", "x"),
                       doctest::Contains("no/such/folder: cannot open: No such file"), IoError);
  fs::create_directory(folder / "busy");
  CHECK_THROWS_AS(nn::write_file(folder / "busy", "x"), IoError);
  CHECK(fs::is_directory(folder / "busy"));
}

TEST_CASE("what a killed program left is taken over, and the file keeps its mode") {
  const TemporaryFolder folder;
  const std::string path = folder / "a";
  nn::write_file(path, "old");
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
  std::ofstream(path + ".tmp") << "half of something longer";
  nn::write_file(path, "new");
  CHECK(nn::read_file(path) == "new");
  CHECK_FALSE(fs::exists(path + ".tmp"));
  CHECK(fs::status(path).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
}

TEST_CASE("a link in the place of the temporary file is not followed") {
  const TemporaryFolder folder;
  std::ofstream(folder / "precious") << "whole";
  fs::create_symlink(folder / "precious", folder / "a.tmp");
  CHECK_THROWS_AS(nn::write_file(folder / "a", "x"), IoError);
  CHECK(slurp(folder / "precious") == "whole");
}

TEST_CASE("many threads write one file at once, and it is always one of theirs") {
  const TemporaryFolder folder;
  const std::string path = folder / "a";
  std::vector<std::thread> writers;
  for (const char letter : {'a', 'b', 'c'}) {
    writers.emplace_back([&path, letter] {
      for (int i = 1; i <= 30; ++i) nn::write_file(path, std::string(4096 * i, letter));
    });
  }
  int torn = 0;
  for (int i = 0; i < 100; ++i) {
    const std::string bytes = slurp(path);
    torn += bytes.size() % 4096 != 0 || bytes.find_first_not_of(bytes[0]) != bytes.npos;
  }
  for (std::thread& writer : writers) writer.join();
  CHECK(torn == 0);
  CHECK(nn::read_file(path).size() == 30 * 4096);
  CHECK(std::distance(fs::directory_iterator(folder / ""), fs::directory_iterator()) == 1);
}

TEST_CASE("two hundred programs killed while they save leave a whole file each") {
  const TemporaryFolder folder;
  const std::string path = folder / "a";
  const std::string contents[] = {std::string(30'000, 'a'), std::string(20'000, 'b')};
  nn::write_file(path, contents[0]);
  Rng rng(1);
  int torn = 0;
  for (int round = 0; round < 200; ++round) {
    int saves[2];  // a pipe that gets a byte after each
    REQUIRE(pipe(saves) == 0);
    const pid_t writer = fork();
    REQUIRE(writer >= 0);
    if (writer == 0) {
      for (int i = 0;; ++i) {
        nn::write_file(path, contents[i % 2]);
        if (write(saves[1], "x", 1) != 1) _exit(1);
      }
    }
    close(saves[1]);
    // It is killed somewhere in a save: after a random part of the time that one has just taken.
    char byte;
    CHECK(read(saves[0], &byte, 1) == 1);
    const auto start = std::chrono::steady_clock::now();
    CHECK(read(saves[0], &byte, 1) == 1);
    const auto one_save = std::chrono::steady_clock::now() - start;
    std::this_thread::sleep_for(one_save * rng.uniform(0, 1));
    kill(writer, SIGKILL);
    close(saves[0]);
    waitpid(writer, nullptr, 0);
    const std::string bytes = slurp(path);
    torn += bytes != contents[0] && bytes != contents[1];
  }
  CHECK(torn == 0);
  CHECK(std::distance(fs::directory_iterator(folder / ""), fs::directory_iterator()) <= 2);
}

TEST_CASE("devices are written to, not replaced") {
  if (!fs::exists("/dev/full")) return skip("no /dev/full");
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
