#pragma once

#include <string>

#include "autograd/precision.hpp"

namespace glass::training {

/// The command line for a model card: what a reader types to get the same weights. Folders that
/// only exist on this machine are left out: absolute paths and the data folder shrink to their last
/// part; so are --resume, --threads and --report, which change nothing, and --commit, which has a
/// line of its own.
std::string command_for_card(int argc, char** argv);

}  // namespace glass::training
