#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <thread>
#include <vector>

#include "autograd/random.hpp"
#include "nn/io/files.hpp"
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

TEST_CASE("what a killed program left is removed by the next, and the file keeps its mode") {
  const TemporaryFolder folder;
  const std::string path = folder / "a";
  nn::write_file(path, "old");
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
  std::ofstream(path + ".glassgrad-0123456789ab.tmp") << "half of something longer";
  nn::write_file(path, "new");
  CHECK(nn::read_file(path) == "new");
  CHECK(std::distance(fs::directory_iterator(folder / ""), fs::directory_iterator()) == 1);
  CHECK(fs::status(path).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
}

TEST_CASE("whatever lies where a temporary file might be is left alone") {
  const TemporaryFolder folder;
  const std::string path = folder / "a", mark = path + ".glassgrad-";
  std::ofstream(folder / "precious") << "whole";
  for (const std::string& name :
       {path + ".tmp", mark + "0123456789ab.tmp.old", mark + "12.tmp", mark + "0123456789aX.tmp",
        path + "b.glassgrad-0123456789ab.tmp", folder / "glassgrad-0123456789ab.tmp"}) {
    std::ofstream(name) << "a user's own";
  }
  fs::create_symlink(folder / "precious", mark + "0123456789ab.tmp");
  fs::create_symlink(folder / "nothing", mark + "1123456789ab.tmp");
  fs::create_directory(mark + "2123456789ab.tmp");
  REQUIRE(mkfifo((mark + "3123456789ab.tmp").c_str(), 0600) == 0);
  const std::string locked = mark + "4123456789ab.tmp";  // another program's, at work
  std::ofstream(locked) << "half";
  const int other = open(locked.c_str(), O_RDONLY);
  REQUIRE(flock(other, LOCK_EX) == 0);
  const auto count = [&] {
    return std::distance(fs::directory_iterator(folder / ""), fs::directory_iterator());
  };
  const auto before = count();
  nn::write_file(path, "x");
  CHECK(slurp(path) == "x");
  CHECK(count() == before + 1);
  CHECK(slurp(folder / "precious") == "whole");
  CHECK(slurp(path + ".tmp") == "a user's own");
  CHECK(slurp(locked) == "half");
  close(other);
  nn::write_file(path, "y");
  CHECK_FALSE(fs::exists(locked));
}

TEST_CASE("a pipe or a link at NAME.tmp neither stops a write nor is followed") {
  const TemporaryFolder folder;
  REQUIRE(mkfifo((folder / "a.tmp").c_str(), 0600) == 0);
  std::ofstream(folder / "precious") << "whole";
  fs::create_symlink(folder / "precious", folder / "b.tmp");
  for (const char* name : {"a", "b"}) nn::write_file(folder / name, "x");
  CHECK(fs::is_fifo(folder / "a.tmp"));
  CHECK(fs::is_symlink(folder / "b.tmp"));
  CHECK(slurp(folder / "precious") == "whole");
}

TEST_CASE("the longest names can be written") {
  const TemporaryFolder folder;
  const std::string path = folder / std::string(255, 'n');
  nn::write_file(path, "x");
  CHECK(slurp(path) == "x");
  CHECK_THROWS_WITH_AS(nn::write_file(path + "n", "x"), doctest::Contains("File name too long"),
                       IoError);
  CHECK(std::distance(fs::directory_iterator(folder / ""), fs::directory_iterator()) == 1);
}

TEST_CASE("root leaves a file to its owner, and nobody else gets the owner's rights") {
  if (geteuid() != 0) {
    MESSAGE("skipped: no root");
    return;
  }
  const TemporaryFolder folder;
  const std::string path = folder / "a";
  nn::write_file(path, "old");
  REQUIRE(chown(path.c_str(), 12345, 23456) == 0);
  REQUIRE(chmod(path.c_str(), 04751) == 0);
  nn::write_file(path, "new");
  struct stat status {};
  REQUIRE(stat(path.c_str(), &status) == 0);
  CHECK(status.st_uid == 12345);
  CHECK(status.st_gid == 23456);
  CHECK((status.st_mode & 07777) == 04751);
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

TEST_CASE("a link to nothing stays a link, and what it leads to is made") {
  const TemporaryFolder folder;
  fs::create_directory(folder / "below");
  fs::create_symlink("second", folder / "first");
  fs::create_symlink("below/real", folder / "second");
  nn::write_file(folder / "first", "new");
  CHECK(fs::is_symlink(folder / "first"));
  CHECK(fs::is_symlink(folder / "second"));
  CHECK(slurp(folder / "below/real") == "new");
  fs::create_symlink("missing/real", folder / "nowhere");
  CHECK_THROWS_AS(nn::write_file(folder / "nowhere", "x"), IoError);
  fs::create_symlink("round", folder / "round");
  CHECK_THROWS_WITH_AS(nn::write_file(folder / "round", "x"),
                       doctest::Contains("Too many levels of symbolic links"), IoError);
  CHECK(fs::is_symlink(folder / "round"));
}

TEST_CASE("text out of files cannot command the terminal") {
  CHECK(nn::printable("plain 'text'") == "plain 'text'");
  CHECK(nn::printable(std::string("\x1b[31m\n\0\x7f\xc2\x9b", 9)) ==
        "\\x1b[31m\\x0a\\x00\\x7f\\xc2");
  CHECK(nn::printable(std::string(1000, 'a')) == std::string(80, 'a') + "...");
}
