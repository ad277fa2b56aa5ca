#pragma once

#include "nn/model.hpp"
#include "viz/cli/program.hpp"

/// One file per subcommand of `viz`; each adds itself to the program and sets `run`, which is called
/// after the command line was read and returns the exit code.
namespace glass::inline GLASS_PRECISION::viz::cli {

using Run = std::function<int()>;

void add_maximise(CLI::App& program, Run& run);
void add_classify(CLI::App& program, Run& run);
void add_info(CLI::App& program, Run& run);

/// The class's name, or its index where the model has no names.
std::string class_name(const nn::Model& model, Index k);
/// Classes named on the command line: a class name, an index, or "all". Throws UsageError.
std::vector<Index> parse_classes(const nn::Model& model, const std::string& word);

}  // namespace glass::inline GLASS_PRECISION::viz::cli
