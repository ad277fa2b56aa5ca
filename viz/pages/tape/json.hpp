#pragma once

#include <nlohmann/json.hpp>

#include "autograd/trace.hpp"

namespace glass::viz {

/// A tape as a list of objects, one per entry, with the fields of Trace::Entry by their names; `value`
/// and `grad` are the fields of Statistics or null, `inputs` refer to `id`, and `grad_l2` is null
/// where no gradient was computed. With `times`, which differ from run to run, also microseconds.
nlohmann::ordered_json to_json(const Trace& trace, bool times = false);

}  // namespace glass::viz
