#pragma once

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "autograd/error.hpp"
#include "nn/printable.hpp"
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

/// A row of a table: what the file is, its bytes, and what the refusal says of it; nothing if the
/// file is to be read.
struct Row {
  std::string what;
  std::string bytes;
  std::string message = {};
};

/// A row of a table in which every file is refused.
struct Refused {
  std::string bytes, message;
};

/// What `read` says, less `path`; nothing if it throws nothing. Anything but a one-line FileError
/// fails the test.
inline std::string refusal(const std::string& path, const std::function<void()>& read) {
  try {
    read();
  } catch (const glass::FileError& error) {
    const std::string what = error.what();
    CHECK(what.starts_with(path + ": "));
    CHECK(what == glass::nn::printable(what, glass::nn::whole_text));
    return what.substr(std::min(what.size(), path.size() + 2));
  }
  return {};
}

/// Reads or refuses; anything but a FileError fails the test. True if it was read.
template <class Read>
bool loads(const Read& read) {
  try {
    read();
    return true;
  } catch (const glass::FileError&) {
    return false;
  }
}

inline void check_rows(const std::vector<Row>& rows, const std::string& path,
                       const std::function<void(const std::string& bytes)>& read) {
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const std::string said = refusal(path, [&] { read(row.bytes); });
    CHECK(said.empty() == row.message.empty());
    CHECK_MESSAGE(said.find(row.message) != said.npos, said, ", expected ", row.message);
  }
}

inline void check_refused(const std::vector<Refused>& rows, const std::string& path,
                          const std::function<void(const std::string& bytes)>& read) {
  for (const Refused& row : rows) {
    const std::string said = refusal(path, [&] { read(row.bytes); });
    CHECK_FALSE(said.empty());
    CHECK_MESSAGE(said.find(row.message) != said.npos, said, ", expected ", row.message);
  }
}

/// Gives `read` each beginning of `whole`, which it must refuse, and `whole` with each byte changed
/// in a few ways, which it may read or refuse.
inline void damage(const std::string& path, const std::string& whole,
                   const std::function<void(const std::string& bytes)>& read) {
  for (std::size_t length = 0; length < whole.size(); ++length) {
    CAPTURE(length);
    CHECK_FALSE(refusal(path, [&] { read(whole.substr(0, length)); }).empty());
  }
  for (std::size_t place = 0; place < whole.size(); ++place) {
    CAPTURE(place);
    for (const int flip : {1, 2, 4, 8, 16, 32, 64, 128, 255}) {
      std::string changed = whole;
      changed[place] = static_cast<char>(changed[place] ^ flip);
      refusal(path, [&] { read(changed); });
    }
  }
}

/// The safetensors format: the header's length, the header, the values.
inline std::string safetensors(const std::string& header, const std::string& buffer = {}) {
  const std::uint64_t length = header.size();
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &length, 8);
  return bytes + header + buffer;
}

/// A program refuses its input: exit code 3, or another, one line, which contains `part`, no other
/// output, and less than 100 MB of memory.
inline void check_refusal(const std::string& command, const std::string& part, int code = 3) {
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
  CHECK((WIFEXITED(status) && WEXITSTATUS(status) == code));
  CHECK_MESSAGE(error.find(part) != std::string::npos, error);
  CHECK(std::ranges::count(error, '\n') == 1);
  CHECK(error.ends_with('\n'));
  CHECK(slurp(folder / "out").empty());
  // A new program starts with the peak of the one that started it.
  const long limit = std::max(limit_kb, own.ru_maxrss + 1);
  if (!sanitized) CHECK(used.ru_maxrss < limit);
}

}  // namespace hostile
