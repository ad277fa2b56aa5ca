#pragma once

#include <functional>
#include <string>
#include <vector>

#include "viz/cli/painting.hpp"

/// One class painted under every pair of values of two settings: `viz sweep`, and `viz regulariser`, which
/// is the one of total variation.
namespace glass::viz::cli {

/// A setting of a painting, and the values that it has along one side of the sheet.
struct Axis {
  std::string option;               ///< without "--"
  std::vector<std::string> values;  ///< as the command line takes them
  std::string title = option;       ///< what captions call it
};

/// What both commands are given.
struct SweepArguments {
  std::string model, judge, output;
  nn::LoadOptions load;
  Painting painting;
};

/// MODEL, what is painted and how, --judge and -o. A `variation` that is swept is no option.
void add_sweep_options(Command& command, SweepArguments& args, bool variation = true);

/// Writes the sheet, `rows` from top to bottom, with what the network and its judge say of each picture.
/// After Ctrl-C it has the rows that were finished, or else the pictures of the first, and `shrunk` puts
/// into the manifest which values these are. -> the exit code. Throws UsageError, before anything is
/// painted, for a value that its option does not take.
int sweep(const Command& command, SweepArguments& args, Axis rows, Axis columns,
          const std::function<void(Manifest&, const Axis& rows, const Axis& columns)>& shrunk);

}  // namespace glass::viz::cli
