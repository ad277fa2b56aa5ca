#pragma once

#include <nlohmann/json_fwd.hpp>

#include "autograd/table.hpp"
#include "nn/io/model_file.hpp"
#include "viz/cli/program.hpp"
#include "viz/tiles.hpp"

/// One file per command of `viz`; each adds itself to the program.
namespace glass::viz::cli {

void add_maximise(Command& program);
void add_invert(Command& program);
void add_features(Command& program);
void add_attribute(Command& program);
void add_saliency(Command& program);
void add_attack(Command& program);
void add_dream(Command& program);
void add_gallery(Command& program);
void add_process(Command& program);
void add_regulariser(Command& program);
void add_sweep(Command& program);
void add_figures(Command& program);
void add_tape(Command& program);
void add_judge(Command& program);
void add_classify(Command& program);
void add_info(Command& program);
void add_replay(Command& program);

/// All of them.
void add_commands(Command& program);

/// --allow-nonfinite and --allow-extra; conversions are told on standard error.
void add_load_options(Command& command, nn::LoadOptions& options);

/// Begins the group of what a command reads: MODEL and its load options.
void add_model(Command& command, std::string& path, nn::LoadOptions& options);

/// From now on a signal ends the command, by throwing Interrupted, as soon as somebody asks the model
/// again: for work of which a part is of no use.
void end_when_interrupted(nn::Model& model);

/// --json: what was found as one JSON object, by `print_json`, instead of words.
void add_json(Command& command, bool& json);
/// One JSON value on standard output, in ASCII, as one line; bytes of file names that are not UTF-8
/// become U+FFFD.
void print_json(const nlohmann::ordered_json& json);

}  // namespace glass::viz::cli
