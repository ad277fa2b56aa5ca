#pragma once

#include <nlohmann/json.hpp>

#include "autograd/tape.hpp"

namespace glass::inline GLASS_PRECISION::viz {

/// A tape as a list of objects, one per entry, described in docs/tape.md. Numbers that are not
/// finite are null. With `times`, which differ from run to run, also the microseconds.
nlohmann::ordered_json to_json(const Tape& tape, bool times = false);

}  // namespace glass::inline GLASS_PRECISION::viz
