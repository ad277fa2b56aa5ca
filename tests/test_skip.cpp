#include <doctest/doctest.h>

#include "run_program.hpp"

TEST_CASE("a test that cannot test is named at the end, and does not count as failed") {
  const std::string name =
      "in a browser, the tape's page steps forward and backward and loads nothing";
  const Run run = run_program("env -u GLASS_BROWSER PATH=/nowhere '" GLASS_PROGRAMS_DIR
                              "/unit_tests' -tc='in a browser?*the tape*'");
  CHECK(run.code == 0);
  const std::string last_line = "\nskipped test: " + name + " (no browser";
  CHECK_MESSAGE(run.out.find(last_line) != run.out.npos, run.out);
}
