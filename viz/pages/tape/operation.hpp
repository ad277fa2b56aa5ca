#pragma once

#include <nlohmann/json.hpp>

#include "autograd/trace.hpp"

namespace glass::viz {

/// Adds to an entry's fields of `to_json` what a page shows beside them: its value and gradient as pictures
/// ("picture" and "grad_picture", with "src", "width" and "height"; none of a single number), and of an
/// operation its "formula".
void illustrate(nlohmann::ordered_json& json, const Trace::Entry& entry);

/// The operation at this place of the tape, illustrated, and so each of its inputs, as its "entry".
nlohmann::ordered_json operation_json(const Trace& trace, std::size_t place);

}  // namespace glass::viz
