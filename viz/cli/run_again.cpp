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
  Command program("viz", "");
  add_commands(program);
  if (program.parse(words)) throw UsageError("a call for help makes nothing");
  program.name_files(names);
  const Silence silence;
  return program.run();
}

}  // namespace glass::viz::cli
