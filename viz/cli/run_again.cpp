#include "viz/cli/run_again.hpp"

#include <algorithm>
#include <iostream>
#include <sstream>

#include "viz/cli/commands.hpp"

namespace glass::viz::cli {

namespace {

/// Keeps standard output to itself while it exists.
class Silence {
 public:
  Silence() : old_(std::cout.rdbuf(heard_.rdbuf())) {}
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;
  ~Silence() { std::cout.rdbuf(old_); }

 private:
  std::ostringstream heard_;
  std::streambuf* old_;
};

}  // namespace

int run_again(const std::vector<std::string>& words, const FileNames& names) {
  CLI::App program("", "viz");
  Run run;
  add_commands(program, run);
  check_numbers(program);
  try {
    program.parse(std::vector<std::string>(words.rbegin(), words.rend()));  // takes them reversed
  } catch (const CLI::ParseError& error) {
    throw UsageError(error.what());
  }
  const NamesInManifests named(names);
  const Silence silence;
  return run();
}

}  // namespace glass::viz::cli
