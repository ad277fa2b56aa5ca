#pragma once

#include "viz/diagnosis.hpp"
#include "viz/objective.hpp"

/// What --class and --objective may say, and what it means: the same for every command.
namespace glass::viz::cli {

/// For the help of the two options.
extern const char *const class_help, *const objective_help;

/// The objective that --class and --objective ask for. Throws UsageError unless they make one.
Objective objective_of(const std::string& classes, const std::string& words,
                       const nn::Model& model);
/// How to ask for the logits where `words` after --objective asks for probabilities.
std::string logit_instead(const std::string& words);

/// Says on standard error of the images[N,C,H,W] that no gradient of the objective `reached`, why. If it
/// is all of them, throws FileError with the cause.
void report_unreached(const nn::Model& model, const Objective& objective, const Tensor& images,
                      const std::vector<bool>& reached, const Advice& advice);

}  // namespace glass::viz::cli
