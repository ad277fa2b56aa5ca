#pragma once

#include "autograd/precision.hpp"

namespace glass::training {

/// What `git describe` called the sources of this program when it was built; outside of a checkout, the
/// version of the project.
extern const char* const program_version;

}  // namespace glass::training
