#pragma once

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <string>
#include <vector>

#include "autograd/error.hpp"
#include "run_program.hpp"

/// Files that were made to do harm, and what a refusal is.
namespace hostile {

/// Raw deflate data of so many megabytes of zeros, without an end: one megabyte, packed so that it
/// does not refer to what lies before it, over and over.
inline std::string zeros(int megabytes) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string in(1 << 20, '\0'), block(1 << 16, '\0'), all;
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(block.data());
  stream.avail_out = static_cast<uInt>(block.size());
  CHECK(deflate(&stream, Z_FULL_FLUSH) == Z_OK);
  block.resize(block.size() - stream.avail_out);
  deflateEnd(&stream);
  for (int i = 0; i < megabytes; ++i) all += block;
  return all;
}

/// The message of the FileError that `read` throws: one printable line that begins with the path.
template <class Read>
std::string complaint(const std::string& path, const Read& read) {
  try {
    read();
  } catch (const glass::FileError& error) {
    const std::string message = error.what();
    CHECK(std::ranges::all_of(message, [](char c) { return c >= ' ' && c <= '~'; }));
    CHECK(message.starts_with(path + ": "));
    return message.substr(std::min(message.size(), path.size() + 2));
  }
  return "nothing was thrown";
}

/// A file, and what the message about it says.
struct Row {
  std::string bytes, part;
};

template <class Read>
void check_refused(const std::vector<Row>& rows, const std::string& path, const Read& read) {
  for (const Row& row : rows) {
    const std::string message = complaint(path, [&] { read(row.bytes); });
    CHECK_MESSAGE(message.find(row.part) != std::string::npos, message, " should mention ",
                  row.part);
  }
}

/// Loads or refuses; anything but a FileError fails the test. True if it was loaded.
template <class Read>
bool loads(const Read& read) {
  try {
    read();
    return true;
  } catch (const glass::FileError&) {
    return false;
  }
}

/// A program refuses its input: exit code 3, one line, which contains `part`, no other output, and
/// less than 100 MB of memory.
inline void check_refusal(const std::string& command, const std::string& part) {
  constexpr long limit_kb = 100 * 1024;
  const TemporaryFolder folder;
  rusage own{}, used{};
  getrusage(RUSAGE_SELF, &own);
  const pid_t child = fork();
  if (child == 0) {
    const std::string line = command + " >'" + (folder / "out") + "' 2>'" + (folder / "err") + "'";
    execl("/bin/sh", "sh", "-c", line.c_str(), nullptr);
    _exit(127);
  }
  int status = 0;
  REQUIRE(wait4(child, &status, 0, &used) == child);
  CAPTURE(command);
  const std::string error = slurp(folder / "err");
  CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 3));
  CHECK_MESSAGE(error.find(part) != std::string::npos, error);
  CHECK(std::ranges::count(error, '\n') == 1);
  CHECK(error.ends_with('\n'));
  CHECK(slurp(folder / "out").empty());
#if !defined(__SANITIZE_ADDRESS__)
  // A new program starts with the peak of the one that started it.
  CHECK(used.ru_maxrss < std::max(limit_kb, own.ru_maxrss + 1));
#endif
}

}  // namespace hostile
