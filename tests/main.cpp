#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <iostream>
#include <vector>

#include "skip.hpp"

namespace {

std::vector<std::string> skipped;  // tests, with the reasons

}  // namespace

void skip(const std::string& reason) {
  skipped.push_back(std::string(doctest::getContextOptions()->currentTest->m_name) + " (" + reason +
                    ")");
}

/// ctest takes a test for skipped that says "skipped test: ", even if it failed. So that is only said
/// when nothing did.
int main(int argc, char** argv) {
  const int code = doctest::Context(argc, argv).run();
  for (const std::string& test : skipped) {
    std::cout << (code == 0 ? "skipped test: " : "not tested either: ") << test << '\n';
  }
  return code;
}
