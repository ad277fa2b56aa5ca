#include "viz/cli/commands.hpp"

int main(int argc, char** argv) {
  using namespace glass::viz::cli;
  CLI::App program("Look through a neural network with the engine that trained it.", "viz");
  program.require_subcommand(0, 1);  // so that a misspelt command is named, not only missed
  program.footer(help_footer());
  Run run;
  add_commands(program, run);
  return run_program(program, argc, argv, [&run] {
    if (!run) throw UsageError("expected a command, such as maximise (see --help)");
    return run();
  });
}
