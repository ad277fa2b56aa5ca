#pragma once

#include <vector>

#include "viz/maximise.hpp"

namespace glass::viz {

/// Of several runs for the same objective, as many pictures of each class (or channel) as one run has. First
/// the one with the smallest
///
///     penalty - objective / unit
///
/// and then, again and again, the one with the smallest where the objective sees it beside the one chosen
/// before that it is most like. Variety counts six times in it. So where one run has one picture of each
/// class, the best one is kept; where it has eight, eight that are good and far apart (Gonzalez 1985).
MaximiseResult best_of(const nn::Model& model, const Objective& objective,
                       const std::vector<MaximiseResult>& runs);

}  // namespace glass::viz
