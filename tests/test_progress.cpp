#include <doctest/doctest.h>

#include <algorithm>
#include <iostream>
#include <sstream>

#include "viz/cli/progress.hpp"

namespace {

using glass::viz::cli::Progress;
using glass::viz::cli::time_left;

/// What was written to standard error while this existed.
class Overheard {
 public:
  Overheard() : old_(std::cerr.rdbuf(heard_.rdbuf())) {}
  Overheard(const Overheard&) = delete;
  Overheard& operator=(const Overheard&) = delete;
  ~Overheard() { std::cerr.rdbuf(old_); }
  std::string text() const { return heard_.str(); }

 private:
  std::ostringstream heard_;
  std::streambuf* old_;
};

}  // namespace

TEST_CASE("the time left, if the rest goes as what there was") {
  CHECK(time_left(10, 0.1) == "  1:30 left");
  CHECK(time_left(3, 0.75) == "  0:01 left");
  CHECK(time_left(3600, 0.5) == "  1:00:00 left");
  CHECK(time_left(3661, 0.5) == "  1:01:01 left");
  CHECK(time_left(3600, 1e-6) == "  days left");
  CHECK(time_left(60, 1) == "  0:00 left");
  CHECK(time_left(1, 0.5).empty());  // nobody can tell yet
  CHECK(time_left(60, 0).empty());
}

TEST_CASE("progress on a terminal: one line, overwritten, and gone at the end") {
  const Overheard heard;
  {
    Progress progress(2, true);
    progress.show("step 1/4", 0.25, 0.1);
    progress.begin(1, "a\x1b[2J");
    progress.show("step 2/4", 0.5, 30);
  }
  CHECK(heard.text() == "\r\x1b[Kstep 1/4\r\x1b[Ka\\x1b[2J  step 2/4  0:10 left\r\x1b[K");
}

TEST_CASE("progress elsewhere: nothing of a short run, and ever fewer lines of a long one") {
  const Overheard heard;
  {
    Progress progress(1, false);
    for (int second = 1; second < 60; ++second) progress.show("x", second / 1e4, second);
  }
  CHECK(heard.text().empty());
  Progress progress(1, false);
  for (int second = 1; second <= 8 * 3600; ++second) progress.show("x", second / 28800.0, second);
  CHECK(heard.text().find(": x  7:59:00 left\n") != std::string::npos);
  CHECK(std::ranges::count(heard.text(), '\n') == 16);
}
