#pragma once

#include <string>

#include "viz/maximise.hpp"

namespace glass::viz {

/// Sets what descriptions, the command line and the page call by this name, one of
/// `nn::maximise_settings` but "init-noise", which is no option of a step. The value is not checked.
void set_option(MaximiseOptions& options, const std::string& name, double value);
/// What it is.
double option(MaximiseOptions options, const std::string& name);

}  // namespace glass::viz
