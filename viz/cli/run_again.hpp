#pragma once

#include <string>
#include <vector>

#include "viz/cli/command.hpp"

namespace glass::viz::cli {

/// Runs `viz` within itself, with these words after its name and nothing on standard output; manifests
/// call files by these names.
/// Returns the exit code; throws what the command throws, and UsageError for what cannot be parsed.
int run_again(const std::vector<std::string>& words, const FileNames& names = {});

}  // namespace glass::viz::cli
