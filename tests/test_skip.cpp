#include <doctest/doctest.h>

#include "programs.hpp"
#include "skip.hpp"

TEST_CASE("nothing to test" * doctest::skip()) { skip("on no machine"); }

TEST_CASE("a test that cannot test is named at the end, and does not count as failed") {
  const Run run =
      run_program("'" GLASS_PROGRAMS_DIR "/unit_tests' --no-skip -tc='nothing to test'");
  CHECK(run.code == 0);
  CHECK_MESSAGE(contains(run.out, "\nskipped test: nothing to test (on no machine)\n"), run.out);
}
