#pragma once

#include <nlohmann/json.hpp>

#include "autograd/tape.hpp"

namespace glass::inline GLASS_PRECISION::viz {

/// A tape as a list of objects, one per entry, with the fields of Tape::Entry by their names; `value`
/// and `grad` are the fields of Statistics or null, `inputs` refer to `id`, and `grad_l2` is null
/// where no gradient was computed. With `times`, which differ from run to run, also microseconds.
nlohmann::ordered_json to_json(const Tape& tape, bool times = false);

}  // namespace glass::inline GLASS_PRECISION::viz
