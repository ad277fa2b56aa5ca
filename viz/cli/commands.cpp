#include "viz/cli/commands.hpp"

#include <nlohmann/json.hpp>
#include <numeric>

#include "viz/cli/viz.hpp"

namespace glass::viz::cli {

void add_commands(CLI::App& program, Run& run) {
  add_maximise(program, run);
  add_gallery(program, run);
  add_process(program, run);
  add_regulariser(program, run);
  add_figures(program, run);
  add_invert(program, run);
  add_saliency(program, run);
  add_tape(program, run);
  add_judge(program, run);
  add_classify(program, run);
  add_info(program, run);
  add_replay(program, run);
}

int viz(int argc, char** argv) {
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

void add_load_options(CLI::App& command, nn::LoadOptions& options) {
  command.add_flag("--allow-nonfinite", options.allow_nonfinite,
                   "Accept weights that are NaN or infinite");
  command.add_flag("--allow-extra", options.allow_extra,
                   "Read past tensors that the model does not have");
  options.notice = notice;
}

void print_json(const nlohmann::ordered_json& json) {
  print_line(json.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace));
}

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

std::string percent(double share) { return formatted("%.1f %%", 100 * share); }

}  // namespace glass::viz::cli
