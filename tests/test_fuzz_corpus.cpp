#include <doctest/doctest.h>

#include "fuzz/targets.hpp"
#include "run_program.hpp"

/// Every input that was kept: valid files, odd ones, and those that once broke a reader.
TEST_CASE("the fuzz corpus is read or refused") {
  for (const fuzz::Target& target : fuzz::targets()) {
    const std::string folder = GLASS_SOURCE_DIR "/tests/fuzz/corpus/" + std::string(target.name);
    REQUIRE_MESSAGE(std::filesystem::is_directory(folder), folder);
    int inputs = 0;
    for (const auto& input : std::filesystem::directory_iterator(folder)) {
      CHECK_NOTHROW_MESSAGE(target.run(slurp(input.path().string())), input.path());
      ++inputs;
    }
    CHECK_MESSAGE(inputs > 0, folder);
  }
}
