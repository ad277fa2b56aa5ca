#pragma once

#include <vector>

#include "viz/maximise.hpp"

namespace glass::viz {

/// Of several runs for the same objective, as many pictures of each class (or channel) as one run has. Where
/// that is one, it is the one with the smallest
///
///     penalty - objective / unit
///
/// Where it is several, those are ruled out first whose probability is less than 0.9 of the largest of their
/// class, or whose `mean_lead` is less than 0.8 of that. Then this one is followed, again and again, by the one
/// with the smallest where the objective sees it beside the one chosen before that it is most like; variety
/// counts a hundred times in it. So they are pictures that are surely of their class, and far apart (Gonzalez
/// 1985).
MaximiseResult best_of(const nn::Model& model, const Objective& objective,
                       const std::vector<MaximiseResult>& runs);

}  // namespace glass::viz
