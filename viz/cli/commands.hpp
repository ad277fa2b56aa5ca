#pragma once

#include <nlohmann/json_fwd.hpp>

#include "autograd/table.hpp"
#include "nn/io/model_file.hpp"
#include "viz/cli/program.hpp"

/// One file per subcommand of `viz`; each adds itself to the program and sets `run`, which is called
/// after the command line was read and returns the exit code.
namespace glass::viz::cli {

using Run = std::function<int()>;

void add_maximise(CLI::App& program, Run& run);
void add_invert(CLI::App& program, Run& run);
void add_saliency(CLI::App& program, Run& run);
void add_gallery(CLI::App& program, Run& run);
void add_process(CLI::App& program, Run& run);
void add_regulariser(CLI::App& program, Run& run);
void add_figures(CLI::App& program, Run& run);
void add_tape(CLI::App& program, Run& run);
void add_judge(CLI::App& program, Run& run);
void add_classify(CLI::App& program, Run& run);
void add_info(CLI::App& program, Run& run);
void add_replay(CLI::App& program, Run& run);

/// All of them.
void add_commands(CLI::App& program, Run& run);

/// --allow-nonfinite and --allow-extra; conversions are told on standard error.
void add_load_options(CLI::App& command, nn::LoadOptions& options);

/// One JSON value on standard output, in ASCII, as one line; bytes of file names that are not UTF-8
/// become U+FFFD.
void print_json(const nlohmann::ordered_json& json);

/// Of one number or more.
double mean(const std::vector<double>& values);
/// "99.9 %"
std::string percent(double share);

}  // namespace glass::viz::cli
