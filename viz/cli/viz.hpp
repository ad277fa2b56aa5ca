#pragma once

#include "autograd/precision.hpp"

namespace glass::viz::cli {

/// The program `viz`: what its `main` is given -> the exit code.
int viz(int argc, char** argv);

}  // namespace glass::viz::cli
